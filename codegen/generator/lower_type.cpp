#include "lower_type.hpp"

#include <algorithm>

#include "shapes.hpp"

namespace codegen {
namespace {

Type simple(Type::Kind kind) { return {kind, {}, {}}; }

Type holding(Type::Kind kind, Type element) {
  return {kind, {}, std::make_shared<Type>(std::move(element))};
}

Type integer(const Schema& schema) {
  static const std::map<std::string, Type::Kind, std::less<>> widths = {
      {"", Type::Kind::int64},        {"int64", Type::Kind::int64},
      {"int32", Type::Kind::int32},   {"int", Type::Kind::int64},
      {"uint16", Type::Kind::uint16}, {"uint32", Type::Kind::uint32},
      {"uint64", Type::Kind::uint64}, {"uint", Type::Kind::uint64},
      {"uint8", Type::Kind::uint16},  {"int16", Type::Kind::int32},
      {"int8", Type::Kind::int32}};
  const auto width = widths.find(schema.format);
  if (width == widths.end()) {
    throw SchemaError(schema.pointer, "unknown integer format \"" + schema.format + "\"");
  }
  return simple(width->second);
}

Type object(const Schema& schema, const std::string& inline_name, const NameInline& name_inline) {
  if (!schema.properties.empty()) {
    return {Type::Kind::named, name_inline(schema, inline_name), {}};
  }
  if (!schema.additional) return holding(Type::Kind::map, simple(Type::Kind::json));
  return holding(Type::Kind::map,
                 lower_element(*schema.additional, inline_name + "Value", name_inline));
}

Type typed(const Schema& schema, const std::string& type, const std::string& inline_name,
           const NameInline& name_inline) {
  if (type == "string") {
    if (!schema.is_string_enum()) return simple(Type::Kind::string);
    return {Type::Kind::named, name_inline(schema, inline_name), {}};
  }
  if (type == "boolean") return simple(Type::Kind::boolean);
  if (type == "integer") return integer(schema);
  if (type == "number") return simple(Type::Kind::number);
  if (type == "array") {
    if (!schema.items) return holding(Type::Kind::list, simple(Type::Kind::json));
    return holding(Type::Kind::list,
                   lower_element(*schema.items, inline_name + "Item", name_inline));
  }
  if (type == "object") return object(schema, inline_name, name_inline);
  throw SchemaError(schema.pointer, "unknown type \"" + type + "\"");
}

}  // namespace

ValueType lower_value(const Schema& schema, const std::string& inline_name,
                      const NameInline& name_inline) {
  if (schema.never) throw SchemaError(schema.pointer, "no value can be valid here");
  if (!schema.ref.empty()) return {{Type::Kind::named, schema.ref, {}}, false};
  if (schema.all_of.size() == 1) return lower_value(schema.all_of[0], inline_name, name_inline);
  if (!schema.all_of.empty()) throw SchemaError(schema.pointer, "allOf with several schemas");
  if (has_null_arm(schema)) {
    const Schema rest = without_null_arm(schema);
    const Schema& only = rest.one_of.size() == 1 ? rest.one_of[0] : rest;
    return {lower_value(only, inline_name, name_inline).type, true};
  }
  if (!schema.one_of.empty()) {
    return {{Type::Kind::named, name_inline(schema, inline_name), {}}, false};
  }
  if (schema.is_any()) return {simple(Type::Kind::json), true};
  std::vector<std::string> types = schema.types;
  const bool nullable = std::erase(types, "null") > 0;
  if (types.empty() && !schema.properties.empty()) types = {"object"};
  if (types.size() != 1) throw SchemaError(schema.pointer, "a value of several types");
  return {typed(schema, types[0], inline_name, name_inline), nullable};
}

Type lower_element(const Schema& schema, const std::string& inline_name,
                   const NameInline& name_inline) {
  ValueType value = lower_value(schema, inline_name, name_inline);
  // Json holds null by itself.
  if (!value.nullable || value.type.kind == Type::Kind::json) return value.type;
  return holding(Type::Kind::optional, std::move(value.type));
}

}  // namespace codegen
