#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "history_marks.hpp"
#include "notes.hpp"
#include "printable.hpp"

/// JSON Schema, as far as the runtime's bundles use it. Everything else becomes any JSON.
namespace codegen {

using Json = nlohmann::ordered_json;

/// Something in the schema that the generator does not understand, and where.
class SchemaError : public std::runtime_error {
 public:
  SchemaError(const std::string& pointer, const std::string& problem)
      : std::runtime_error(printable(pointer + ": " + problem)), note_{pointer, problem} {}

  [[nodiscard]] const Note& note() const noexcept { return note_; }

 private:
  Note note_;
};

/// The maximum number of alternatives in one place; the runtime has about 200 methods.
inline constexpr std::size_t most_alternatives = 2000;

struct Property;

/// One schema node. An absent keyword is empty.
struct Schema {
  std::string pointer;  // its place in the bundle
  std::string title;
  std::string description;
  std::string ref;  // the C++ name of the definition
  std::vector<std::string> types;
  std::string format;
  std::vector<std::string> literals;  // `enum` or `const` of strings
  std::vector<Json> values;           // `enum` or `const` of numbers or booleans
  std::vector<Property> properties;
  std::set<std::string> required;
  std::shared_ptr<Schema> items;
  std::shared_ptr<Schema> additional;  // additionalProperties as a schema
  bool closed = false;                 // additionalProperties: false
  bool never = false;                  // the schema `false`
  std::vector<Schema> one_of;          // `oneOf` or `anyOf`
  std::vector<Schema> all_of;
  std::optional<Json> default_value;
  HistoryMark history;                               // of its place
  std::map<std::string, HistoryMark> value_history;  // of the literals that not all runtimes have

  [[nodiscard]] bool has_type(std::string_view type) const;
  [[nodiscard]] const Schema* property(std::string_view name) const;
  /// Whether it allows any value: `true`, `{}`.
  [[nodiscard]] bool is_any() const;
  /// Whether it is exactly `null`.
  [[nodiscard]] bool is_null() const;
  /// Whether it is a string with listed values.
  [[nodiscard]] bool is_string_enum() const { return !literals.empty() && !has_type("null"); }
  /// Whether it is an object with or without named properties.
  [[nodiscard]] bool is_object() const;
};

/// A named schema within an object.
struct Property {
  std::string name;
  Schema schema;
};

/// The definitions of one bundle, flattened into one namespace, in their order.
struct Bundle {
  std::vector<Property> definitions;
  Notes notes;

  [[nodiscard]] const Schema* find(std::string_view name) const;
  [[nodiscard]] Schema* find(std::string_view name);
  /// Adds a definition, unless there is one of that name; returns whether it did.
  bool add(std::string name, Schema schema);

 private:
  std::map<std::string, std::size_t, std::less<>> index_;
};

/// Any JSON, in place of a schema that is not understood. It keeps the texts for people.
Schema any_json(const Schema& schema);

/// Reads a full bundle, within JsonLimits, whose `v2` member is a separate namespace. Schemas that
/// it does not understand, undefined references and those that close a cycle become any JSON, with
/// a note. Throws `SchemaError` if it is no bundle, and on long chains of references.
Bundle parse_bundle(const Json& json);

}  // namespace codegen
