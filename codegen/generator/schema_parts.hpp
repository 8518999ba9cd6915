#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

/// A bundle's JSON as a tree of named parts, read as leniently as can be: what two versions of a
/// schema are compared by, and where the history finds its places.
namespace codegen {

/// What a schema is, seen through `null` arms and an `allOf` of one.
enum class Form {
  any,  // also what is not understood
  reference,
  text,
  enumeration,  // of strings, also one written as alternatives
  integer,
  number,
  boolean,
  list,
  map,
  object,  // also one whose alternatives only say which members go together
  choice,  // of alternatives, with or without members that all of them share
};

/// A part of a schema by the name that it has there.
struct Part {
  std::string name;
  const Json* schema = nullptr;
};

/// A value of an enumeration, the schema that lists it, and what that says of this value alone.
struct ValuePart {
  std::string name;
  const Json* schema = nullptr;
  std::string description;
};

/// The value under a keyword, or nullptr; also for what is no object.
const Json* keyword_of(const Json& schema, std::string_view name);

/// The last part of a `$ref`; empty without one.
std::string reference_of(const Json& schema);

/// Without the arms that are null and an `allOf` around it.
const Json& core_of(const Json& schema);

/// Whether null is among the values, as far as the schema itself says.
bool is_nullable(const Json& schema);

/// These take what `core_of` returns.
Form form_of(const Json& core);
std::vector<Part> members_of(const Json& core);
std::vector<Part> arms_of(const Json& core);  // but those that are strings, which are values
std::vector<ValuePart> values_of(const Json& core);
bool is_required(const Json& core, std::string_view member);

/// The member by whose literal the arms are told apart; empty when there is none.
std::string tag_of(const Json& core);

/// Whether a schema takes one string only, and which.
const std::string* literal_of(const Json& schema);

/// The part at a path below the schema, such as `.items[].name`, `#arm` or ``; nullptr without.
const Json* find_part(const Json& schema, std::string_view path);

/// Where the definition's name ends in a path.
std::string_view definition_of(std::string_view path);

}  // namespace codegen
