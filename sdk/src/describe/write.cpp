#include <codex/describe/shape.hpp>
#include <codex/errors.hpp>

#include "describe/shapes.hpp"

namespace codex::detail {
namespace {

Json integer(const IntegerShape& shape, const void* value) {
  const std::uint64_t bits = shape.get(value);
  if (shape.is_signed) return static_cast<std::int64_t>(bits);
  return bits;
}

Json enumeration(const EnumShape& shape, const void* value) {
  const std::size_t index = shape.get(value);
  if (index >= shape.count) {
    throw CodexError("A value of the enum " + std::string(shape.name) +
                     " is none that its CODEX_DESCRIBE_ENUM names");
  }
  return shape.spelling(index);
}

Json object(const ObjectShape& shape, const void* value) {
  Json json = Json::object();
  for (const Member& member : shape.members) {
    json.emplace(member.name, write_value(member.shape(), member.at(value)));
  }
  return json;
}

Json list(const ListShape& shape, const void* value) {
  Json json = Json::array();
  for (std::size_t i = 0; i < shape.size(value); ++i) {
    json.push_back(write_value(shape.element(), shape.at(value, i)));
  }
  return json;
}

Json map(const MapShape& shape, const void* value) {
  struct Context {
    const Shape& element;
    Json json;
  } context{shape.element(), Json::object()};
  shape.each(value, &context, [](void* to, std::string_view key, const void* element) {
    auto& [element_shape, json] = *static_cast<Context*>(to);
    json.emplace(key, write_value(element_shape, element));
  });
  return std::move(context.json);
}

Json variant(const VariantShape& shape, const void* value) {
  const std::size_t arm = shape.arm(value);
  if (arm >= shape.arms.size()) throw CodexError("A std::variant to be written holds no value");
  return write_value(shape.arms[arm](), shape.held(value));
}

}  // namespace

Json write_value(const Shape& shape, const void* value) {
  switch (shape.kind) {
    case ShapeKind::boolean:
      return *static_cast<const bool*>(value);
    case ShapeKind::integer:
      return integer(as<IntegerShape>(shape), value);
    case ShapeKind::number:
      return as<NumberShape>(shape).get(value);
    case ShapeKind::string:
      return *static_cast<const std::string*>(value);
    case ShapeKind::json:
      return *static_cast<const Json*>(value);
    case ShapeKind::enumeration:
      return enumeration(as<EnumShape>(shape), value);
    case ShapeKind::object:
      return object(as<ObjectShape>(shape), value);
    case ShapeKind::list:
      return list(as<ListShape>(shape), value);
    case ShapeKind::map:
      return map(as<MapShape>(shape), value);
    case ShapeKind::variant:
      return variant(as<VariantShape>(shape), value);
    case ShapeKind::optional: {
      const auto& optional = as<OptionalShape>(shape);
      const void* held = optional.get(value);
      return held ? write_value(optional.element(), held) : Json();
    }
  }
  return {};
}

std::optional<Json> default_of(const Member& member) {
  try {
    Json initial = member.initial();
    if (member.may_be_absent ? !initial.is_null() : initial != member.blank()) return initial;
  } catch (const CodexError&) {  // an enum that has no enumerator for what it holds
  }
  return std::nullopt;
}

bool is_required(const Member& member) { return !member.may_be_absent && !default_of(member); }

}  // namespace codex::detail
