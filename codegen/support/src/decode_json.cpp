#include <codex/protocol/support/codec.hpp>

#include "decoder.hpp"
#include "json_source.hpp"

namespace codex::protocol::detail {

void decode_tree(const TypeInfo& type, void* value, const Json& json) {
  JsonSource source(json);
  Decoder(source).value(type, value);
}

void decode_json(const TypeInfo& type, void* value, const Json& json) {
  try {
    decode_tree(type, value, json);
  } catch (const Failure& failure) {
    throw failure.error();
  }
}

}  // namespace codex::protocol::detail
