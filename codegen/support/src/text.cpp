#include <codex/protocol/support/text.hpp>
#include <codex/protocol/support/union.hpp>

#include "access.hpp"
#include "lookup.hpp"

namespace codex::protocol::detail {
namespace {

std::string text_of_json(const Json& json) {
  if (!json.is_object()) return {};
  const auto text = json.find("text");
  return text != json.end() && text->is_string() ? text->get<std::string>() : std::string();
}

std::string text_of_list(const ListInfo& info, const void* list) {
  std::string lines;
  for (std::size_t i = 0; i < info.size(list); ++i) {
    const std::string line = text_of(*info.element, at(info.data(list), i * info.element_size));
    if (line.empty()) continue;
    if (!lines.empty()) lines += '\n';
    lines += line;
  }
  return lines;
}

std::string text_of_object(const ObjectInfo& info, const void* value) {
  for (const std::string_view name : {"text", "content", "summary"}) {
    const std::size_t index = find_field(info, name);
    if (index == nowhere) continue;
    const Field& field = info.fields[index];
    if (std::string text = text_of(*field.type, at(value, field.offset)); !text.empty()) {
      return text;
    }
  }
  return {};
}

std::string text_of_arm(const UnionInfo& info, const void* value) {
  const auto [arm, held] = info.held(value);
  if (arm == info.arms.size()) return text_of_json(ref<Unknown>(held).raw);
  return text_of(*info.arms[arm].type, held);
}

const std::string* string_in(const UnionInfo& info, const void* value, std::string_view name) {
  const auto [arm, held] = info.held(value);
  if (arm == info.arms.size()) {
    const Json& raw = ref<Unknown>(held).raw;
    if (!raw.is_object()) return nullptr;
    const auto found = raw.find(name);
    return found == raw.end() ? nullptr : found->get_ptr<const std::string*>();
  }
  const auto& object = as<ObjectInfo>(*info.arms[arm].type);
  const std::size_t index = find_field(object, name);
  return index == nowhere ? nullptr : &ref<std::string>(at(held, object.fields[index].offset));
}

}  // namespace

std::string text_of(const TypeInfo& type, const void* value) {
  switch (type.kind) {
    case Kind::string:
      return ref<std::string>(value);
    case Kind::json:
      return text_of_json(ref<Json>(value));
    case Kind::object:
      return text_of_object(as<ObjectInfo>(type), value);
    case Kind::union_:
      return text_of_arm(as<UnionInfo>(type), value);
    case Kind::list:
      return text_of_list(as<ListInfo>(type), value);
    case Kind::optional:
    case Kind::nullable: {
      const auto& info = as<OptionalInfo>(type);
      const void* element = info.get(value);
      return element ? text_of(*info.element, element) : std::string();
    }
    case Kind::defaulted: {
      const auto& info = as<DefaultedInfo>(type);
      return text_of(*info.element, info.get(value));
    }
    case Kind::boolean:
    case Kind::int32:
    case Kind::int64:
    case Kind::uint16:
    case Kind::uint32:
    case Kind::uint64:
    case Kind::number:
    case Kind::enumeration:
    case Kind::map:
    case Kind::message:
      return {};
  }
  return {};
}

std::string_view arm_member(const UnionInfo& info, const void* value, std::string_view name) {
  const std::string* found = string_in(info, value, name);
  return found ? std::string_view(*found) : std::string_view();
}

}  // namespace codex::protocol::detail
