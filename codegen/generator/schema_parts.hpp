#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

/// A bundle's JSON as a tree of named parts, read as leniently as possible: for comparing two
/// versions of a schema, and for the places in the history.
namespace codegen {

/// The form of a schema, ignoring `null` arms and an `allOf` of one.
enum class Form {
  any,  // also schemas that are not understood
  reference,
  text,
  enumeration,  // of strings, also one written as alternatives
  integer,
  number,
  boolean,
  list,
  map,
  object,  // also with alternatives that only say which members go together
  choice,  // of alternatives, with or without shared members
};

/// A part of a schema and its name.
struct Part {
  std::string name;
  const Json* schema = nullptr;
};

/// A value of an enumeration, the schema that lists it, and the schema of only this value.
struct ValuePart {
  std::string name;
  const Json* schema = nullptr;
  std::string description;
};

/// The value of a keyword, or nullptr; also nullptr if the schema is no object.
const Json* keyword_of(const Json& schema, std::string_view name);

/// The last part of a `$ref`; empty if there is none.
std::string reference_of(const Json& schema);

/// The schema without null arms and without an `allOf` around it.
const Json& core_of(const Json& schema);

/// Whether null is allowed, as far as the schema itself says.
bool is_nullable(const Json& schema);

/// These take the result of `core_of`.
Form form_of(const Json& core);
std::vector<Part> members_of(const Json& core);
std::vector<Part> arms_of(const Json& core);  // except strings, which are values
std::vector<ValuePart> values_of(const Json& core);
bool is_required(const Json& core, std::string_view member);

/// The member whose literal distinguishes the arms; empty if there is none.
std::string tag_of(const Json& core);

/// The only string that a schema allows; nullptr if it allows more.
const std::string* literal_of(const Json& schema);

/// The part at a path below the schema, such as `.items[].name`, `#arm` or ``; nullptr without.
const Json* find_part(const Json& schema, std::string_view path);

/// The definition's name at the start of a path.
std::string_view definition_of(std::string_view path);

}  // namespace codegen
