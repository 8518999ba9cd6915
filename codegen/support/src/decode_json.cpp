#include <codex/protocol/support/codec.hpp>

#include "decoder.hpp"
#include "json_source.hpp"

namespace codex::protocol::detail {

void decode_tree(const TypeInfo& type, void* value, const Json& json) {
  JsonSource source(json);
  Decoder(source).value(type, value);
}

void decode_member_tree(const Field& field, const Home& home, Json json) {
  JsonSource source(json);
  Decoder(source).optional_member(field, home);
}

void make_absent(const Field& field, const Home& home) {
  void* member = at(home.value, field.offset);
  if (field.type->kind != Kind::defaulted) return field.type->reset(member);
  const std::shared_ptr<void> fresh = fresh_value(home.type);
  as<DefaultedInfo>(*field.type).copy(member, at(fresh.get(), field.offset));
}

void decode_json(const TypeInfo& type, void* value, const Json& json) {
  try {
    decode_tree(type, value, json);
  } catch (const Failure& failure) {
    throw failure.error();
  }
}

}  // namespace codex::protocol::detail
