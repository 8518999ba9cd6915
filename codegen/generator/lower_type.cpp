#include "lower_type.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "shapes.hpp"

namespace codegen {
namespace {

Type holding(Type::Kind kind, Type element) {
  return {.kind = kind, .element = std::make_shared<Type>(std::move(element))};
}

template <class Int>
bool holds(const Json& value) {
  if (value.is_number_float()) {
    const double number = value.get<double>();  // a whole number below 2^53
    return number >= static_cast<double>(std::numeric_limits<Int>::min()) &&
           number <= static_cast<double>(std::numeric_limits<Int>::max());
  }
  return value.is_number_unsigned() ? std::in_range<Int>(value.get<std::uint64_t>())
                                    : std::in_range<Int>(value.get<std::int64_t>());
}

bool holds(Type::Kind kind, const Json& value) {
  switch (kind) {
    case Type::Kind::int32:
      return holds<std::int32_t>(value);
    case Type::Kind::uint16:
      return holds<std::uint16_t>(value);
    case Type::Kind::uint32:
      return holds<std::uint32_t>(value);
    case Type::Kind::uint64:
      return holds<std::uint64_t>(value);
    default:
      return holds<std::int64_t>(value);
  }
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
  const auto fits = [&](Type::Kind kind) {
    return std::all_of(schema.values.begin(), schema.values.end(),
                       [&](const Json& value) { return holds(kind, value); });
  };
  if (fits(width->second)) return simple_type(width->second);
  if (fits(Type::Kind::uint64)) return simple_type(Type::Kind::uint64);
  throw SchemaError(schema.pointer, "values out of the range of its format");
}

Type object(const Schema& schema, const std::string& inline_name, const Surroundings& around) {
  if (!schema.properties.empty()) {
    return named_type(around.name_inline(schema, inline_name));
  }
  if (!schema.additional) return holding(Type::Kind::map, simple_type(Type::Kind::json));
  return holding(Type::Kind::map, lower_element(*schema.additional, inline_name + "Value", around));
}

Type typed(const Schema& schema, const std::string& type, const std::string& inline_name,
           const Surroundings& around) {
  if (type == "string") {
    if (!schema.is_string_enum()) return simple_type(Type::Kind::string);
    return named_type(around.name_inline(schema, inline_name));
  }
  if (type == "boolean") return simple_type(Type::Kind::boolean);
  if (type == "integer") return integer(schema);
  if (type == "number") return simple_type(Type::Kind::number);
  if (type == "array") {
    if (!schema.items) return holding(Type::Kind::list, simple_type(Type::Kind::json));
    return holding(Type::Kind::list, lower_element(*schema.items, inline_name + "Item", around));
  }
  if (type == "object") return object(schema, inline_name, around);
  throw SchemaError(schema.pointer, "unknown type \"" + type + "\"");
}

Type any() { return simple_type(Type::Kind::json); }

/// Throws if it knows no type.
ValueType known_value(const Schema& schema, const std::string& inline_name,
                      const Surroundings& around) {
  if (schema.never) throw SchemaError(schema.pointer, "no value can be valid here");
  if (!schema.ref.empty()) return {.type = named_type(schema.ref)};
  if (schema.all_of.size() == 1) return lower_value(schema.all_of[0], inline_name, around);
  if (!schema.all_of.empty()) throw SchemaError(schema.pointer, "allOf with several schemas");
  if (is_only_null(schema)) return {.type = any(), .nullable = true};
  if (has_null_arm(schema)) {
    const Schema rest = without_null_arm(schema);
    const Schema& only = rest.one_of.size() == 1 ? rest.one_of[0] : rest;
    return {.type = lower_value(only, inline_name, around).type, .nullable = true};
  }
  if (!schema.one_of.empty()) {
    return {.type = named_type(around.name_inline(schema, inline_name))};
  }
  if (schema.is_any()) return {.type = any(), .nullable = true};
  Schema rest = schema;
  const bool nullable = std::erase(rest.types, "null") > 0;
  if (rest.types.empty() && !rest.properties.empty()) rest.types = {"object"};
  if (rest.types.size() != 1) throw SchemaError(schema.pointer, "a value of several types");
  return {.type = typed(rest, rest.types[0], inline_name, around), .nullable = nullable};
}

}  // namespace

ValueType lower_value(const Schema& schema, const std::string& inline_name,
                      const Surroundings& around) {
  return around.attempt([&] { return known_value(schema, inline_name, around); });
}

Type lower_element(const Schema& schema, const std::string& inline_name,
                   const Surroundings& around) {
  ValueType value = lower_value(schema, inline_name, around);
  // Json can hold null itself.
  if (!value.nullable || value.type.kind == Type::Kind::json) return value.type;
  return holding(Type::Kind::optional, std::move(value.type));
}

}  // namespace codegen
