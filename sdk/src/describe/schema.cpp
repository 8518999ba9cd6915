#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/describe/shape.hpp>
#include <codex/errors.hpp>
#include <codex/schema.hpp>

#include "describe/path.hpp"
#include "describe/shapes.hpp"
#include "text/ascii.hpp"

namespace codex::detail {
namespace {

enum class Rigour {
  loose,   // members with a default may be left out
  strict,  // for models that follow it to the letter: all members are required, and no others
};

/// A type's name as a reference may bear it: `weather::Tree<std::string>` is `Tree_string`. Two
/// types may have the same.
std::string definition_name(std::string_view type) {
  std::string name;
  while (!type.empty()) {
    const auto is_of_word = [](char c) {
      return is_ascii_letter(c) || is_ascii_digit(c) || c == '_';
    };
    const auto end = std::find_if_not(type.begin(), type.end(), is_of_word);
    const std::string_view word = type.substr(0, static_cast<std::size_t>(end - type.begin()));
    type.remove_prefix(word.size());
    const bool is_namespace = type.starts_with("::");
    if (!word.empty() && !is_namespace) name.append(name.empty() ? "" : "_").append(word);
    if (!type.empty()) type.remove_prefix(1);
  }
  return name.empty() ? "Type" : name;
}

class SchemaWriter {
 public:
  SchemaWriter(const Shape& root, Rigour rigour) : root_(root), rigour_(rigour) {}

  Json write() {
    Json schema = of(root_);
    if (!definitions_.empty()) schema["$defs"] = std::move(definitions_);
    return schema;
  }

 private:
  Json of(const Shape& shape);
  Json integer(const IntegerShape& shape) const;
  Json enumeration(const EnumShape& shape) const;
  /// A struct that contains itself is put into `$defs`.
  Json object_or_reference(const ObjectShape& shape);
  Json members(const ObjectShape& shape);
  Json member(const Member& member);
  Json list(const ListShape& shape);
  Json map(const MapShape& shape);
  Json optional(const OptionalShape& shape);
  Json variant(const VariantShape& shape);
  Json below(std::string_view step, const Shape& shape);
  Json reference_to(const Shape& shape);
  [[nodiscard]] bool is_strict() const noexcept { return rigour_ == Rigour::strict; }
  [[noreturn]] void refuse(const std::string& what) const;

  const Shape& root_;
  Rigour rigour_;
  Path path_;
  std::vector<const Shape*> open_;             // the structs around the current one
  std::map<const Shape*, std::string> names_;  // of structs that contain themselves
  Json definitions_ = Json::object();
};

void SchemaWriter::refuse(const std::string& what) const {
  const std::string path = path_.text();
  throw CodexError((path.empty() ? "" : path + ": ") + what);
}

Json SchemaWriter::below(std::string_view step, const Shape& shape) {
  const auto here = path_.enter(step);
  return of(shape);
}

Json SchemaWriter::of(const Shape& shape) {
  switch (shape.kind) {
    case ShapeKind::boolean:
      return {{"type", "boolean"}};
    case ShapeKind::integer:
      return integer(as<IntegerShape>(shape));
    case ShapeKind::number:
      return {{"type", "number"}};
    case ShapeKind::string:
      return {{"type", "string"}};
    case ShapeKind::json:
      if (is_strict()) refuse("a Json has no strict schema; describe a struct in its place");
      return Json::object();
    case ShapeKind::enumeration:
      return enumeration(as<EnumShape>(shape));
    case ShapeKind::object:
      return object_or_reference(as<ObjectShape>(shape));
    case ShapeKind::list:
      return list(as<ListShape>(shape));
    case ShapeKind::map:
      return map(as<MapShape>(shape));
    case ShapeKind::optional:
      return optional(as<OptionalShape>(shape));
    case ShapeKind::variant:
      return variant(as<VariantShape>(shape));
  }
  return {};
}

/// Omits 64-bit limits; many validators cannot represent them.
Json SchemaWriter::integer(const IntegerShape& shape) const {
  Json schema = {{"type", "integer"}};
  if (shape.least > INT64_MIN) schema["minimum"] = shape.least;
  if (shape.most < INT64_MAX) schema["maximum"] = shape.most;
  return schema;
}

Json SchemaWriter::enumeration(const EnumShape& shape) const {
  Json values = Json::array();
  for (std::size_t i = 0; i < shape.count; ++i) values.push_back(shape.spelling(i));
  return {{"type", "string"}, {"enum", std::move(values)}};
}

Json SchemaWriter::object_or_reference(const ObjectShape& shape) {
  const bool contains_itself = std::find(open_.begin(), open_.end(), &shape) != open_.end();
  if (contains_itself || names_.contains(&shape)) return reference_to(shape);
  open_.push_back(&shape);
  Json schema = members(shape);
  open_.pop_back();
  const auto name = names_.find(&shape);
  if (name == names_.end() || &shape == &root_) return schema;
  definitions_[name->second] = std::move(schema);
  return reference_to(shape);
}

Json SchemaWriter::reference_to(const Shape& shape) {
  std::string& name = names_[&shape];
  if (name.empty()) {
    name = definition_name(shape.name);
    const auto is_taken = [&](const auto& entry) {
      return entry.first != &shape && entry.second == name;
    };
    while (std::any_of(names_.begin(), names_.end(), is_taken)) name += '_';
  }
  return {{"$ref", &shape == &root_ ? "#" : "#/$defs/" + name}};
}

Json SchemaWriter::members(const ObjectShape& shape) {
  Json properties = Json::object();
  Json required = Json::array();
  for (const Member& each : shape.members) {
    properties.emplace(each.name, member(each));
    if (is_strict() || is_required(each)) required.push_back(each.name);
  }
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (is_strict() || !required.empty()) schema["required"] = std::move(required);
  if (is_strict()) schema["additionalProperties"] = false;
  return schema;
}

Json SchemaWriter::member(const Member& member) {
  const Shape* shape = &member.shape();
  if (!is_strict() && shape->kind == ShapeKind::optional) {  // left out if empty
    shape = &as<OptionalShape>(*shape).element();
  }
  Json schema = below(member.name, *shape);
  if (!member.doc.empty()) {
    // Strict schemas allow nothing next to a reference.
    if (is_strict() && schema.contains("$ref")) schema = {{"anyOf", Json::array({schema})}};
    schema["description"] = member.doc;
  }
  if (is_strict()) return schema;
  if (auto standard = default_of(member)) schema["default"] = *std::move(standard);
  return schema;
}

Json SchemaWriter::list(const ListShape& shape) {
  Json schema = {{"type", "array"}, {"items", below("*", shape.element())}};
  if (shape.resize) return schema;
  schema["minItems"] = shape.fixed_size;
  schema["maxItems"] = shape.fixed_size;
  return schema;
}

Json SchemaWriter::map(const MapShape& shape) {
  if (is_strict()) refuse("a std::map has no strict schema; use a std::vector of structs");
  return {{"type", "object"}, {"additionalProperties", below("*", shape.element())}};
}

Json SchemaWriter::optional(const OptionalShape& shape) {
  return {{"anyOf", Json::array({of(shape.element()), {{"type", "null"}}})}};
}

Json SchemaWriter::variant(const VariantShape& shape) {
  Json arms = Json::array();
  for (const auto& arm : shape.arms) arms.push_back(of(arm()));
  return {{"anyOf", std::move(arms)}};
}

}  // namespace

Json loose_schema(const Shape& shape) { return SchemaWriter(shape, Rigour::loose).write(); }

Json strict_schema(const Shape& shape) {
  if (shape.kind != ShapeKind::object) {
    throw CodexError("Only a struct has a strict schema; put the value into one");
  }
  return SchemaWriter(shape, Rigour::strict).write();
}

}  // namespace codex::detail
