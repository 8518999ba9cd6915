#include "values.hpp"

#include <algorithm>
#include <cmath>

namespace codegen {
namespace {

bool is_whole(const Json& value) {
  if (!value.is_number_float()) return value.is_number();
  const double number = value.get<double>();
  return std::trunc(number) == number && std::abs(number) < 9e15;
}

std::string type_of_all(const Schema& schema) {
  const auto all = [&](const auto& test) {
    return std::all_of(schema.values.begin(), schema.values.end(), test);
  };
  if (all([](const Json& value) { return value.is_string(); })) return "string";
  if (all([](const Json& value) { return value.is_boolean(); })) return "boolean";
  if (all(is_whole)) return "integer";
  if (all([](const Json& value) { return value.is_number(); })) return "number";
  throw SchemaError(schema.pointer, "listed values of several types");
}

bool admits(const Schema& schema, const std::string& type) {
  return schema.types.empty() || schema.has_type(type) ||
         (type == "integer" && schema.has_type("number"));
}

void drop_repeated(std::vector<Json>& values) {
  std::vector<Json> out;
  for (auto& value : values) {
    if (std::find(out.begin(), out.end(), value) == out.end()) out.push_back(std::move(value));
  }
  values = std::move(out);
}

/// Adds the values to the description, since a plain type cannot express them.
void describe_values(Schema& schema) {
  constexpr std::size_t most = 20;
  std::string list;
  for (std::size_t i = 0; i < std::min(schema.values.size(), most); ++i) {
    list += (i == 0 ? "`" : ", `") + schema.values[i].dump() + "`";
  }
  if (schema.values.size() > most) {
    list += " and " + std::to_string(schema.values.size() - most) + " more";
  }
  if (!schema.description.empty()) schema.description += "\n\n";
  schema.description += (schema.values.size() == 1 ? "Always " : "One of ") + list + ".";
}

}  // namespace

void settle_values(Schema& schema) {
  if (schema.values.empty()) return;
  const bool null = std::erase(schema.values, Json(nullptr)) > 0;
  const bool nullable = null && (schema.types.empty() || schema.has_type("null"));
  if (schema.values.empty()) {
    if (!nullable) throw SchemaError(schema.pointer, "null where the type is another");
    schema.types = {"null"};
    return;
  }
  drop_repeated(schema.values);
  std::string type = type_of_all(schema);
  if (!admits(schema, type)) throw SchemaError(schema.pointer, "listed values of another type");
  if (type == "integer" && !schema.types.empty() && !schema.has_type(type)) type = "number";
  schema.types = {type};
  if (nullable) schema.types.emplace_back("null");
  if (type != "string") return describe_values(schema);
  for (const Json& value : schema.values) schema.literals.push_back(value.get<std::string>());
  schema.values.clear();
}

void join_values(Schema& schema) {
  const auto lists_values = [&](const Schema& arm) {
    return !arm.values.empty() && arm.types == schema.one_of[0].types &&
           arm.format == schema.one_of[0].format;
  };
  if (schema.one_of.size() < 2 ||
      !std::all_of(schema.one_of.begin(), schema.one_of.end(), lists_values)) {
    return;
  }
  schema.types = schema.one_of[0].types;
  schema.format = schema.one_of[0].format;
  for (const Schema& arm : schema.one_of) {
    schema.values.insert(schema.values.end(), arm.values.begin(), arm.values.end());
  }
  schema.one_of.clear();
  drop_repeated(schema.values);
  describe_values(schema);
}

}  // namespace codegen
