#pragma once

#include <functional>

#include "model.hpp"
#include "schema.hpp"

namespace codegen {

/// Names types that have no name in the schema (inline objects, enums, unions): takes the schema
/// and a wanted name, returns the name in use.
using NameInline = std::function<std::string(const Schema&, const std::string& name)>;

/// The type of a value, and whether it may be null.
struct ValueType {
  Type type;
  bool nullable = false;
};

/// The context for lowering the types of one place.
struct Surroundings {
  NameInline name_inline;
  /// Returns the function's result; if it throws `SchemaError`, any JSON, with a note.
  std::function<ValueType(const std::function<ValueType()>&)> attempt;
};

/// The type of a property, a list's element, a map's element. Any JSON if nothing else is known.
ValueType lower_value(const Schema& schema, const std::string& inline_name,
                      const Surroundings& around);

/// The same, with null as part of the type itself.
Type lower_element(const Schema& schema, const std::string& inline_name,
                   const Surroundings& around);

}  // namespace codegen
