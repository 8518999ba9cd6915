#pragma once

#include <functional>

#include "model.hpp"
#include "schema.hpp"

namespace codegen {

/// Where types that the schema leaves without a name (inline objects, enums, unions) are given
/// one: takes the schema and a name, returns the name in use.
using NameInline = std::function<std::string(const Schema&, const std::string& name)>;

/// The type of a value, and whether it may be null.
struct ValueType {
  Type type;
  bool nullable = false;
};

/// What the types of one place need of the whole.
struct Surroundings {
  NameInline name_inline;
  /// What the function returns. Where it throws `SchemaError`, any JSON, with a note.
  std::function<ValueType(const std::function<ValueType()>&)> attempt;
};

/// The type of a property, a list's element, a map's element. Any JSON where nothing else is known.
ValueType lower_value(const Schema& schema, const std::string& inline_name,
                      const Surroundings& around);

/// The same where null must be part of the type itself.
Type lower_element(const Schema& schema, const std::string& inline_name,
                   const Surroundings& around);

}  // namespace codegen
