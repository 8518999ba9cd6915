#pragma once

#include "schema.hpp"

namespace codegen {

/// Decides the type of a schema whose listed values (`enum`, `const`) were read into `values`:
/// strings become its literals; numbers and booleans a plain type, with the values in the
/// description. Null among them makes it nullable. Throws `SchemaError` if no type fits all values.
void settle_values(Schema& schema);

/// The same for alternatives that each list numbers or booleans: they become one list.
void join_values(Schema& schema);

}  // namespace codegen
