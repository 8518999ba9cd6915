#pragma once

#include "schema.hpp"

namespace codegen {

/// Decides what listed values (`enum`, `const`) make of a schema that has read them into `values`:
/// strings become its literals; numbers and booleans a plain type, with the values in the
/// description. Null among them makes it nullable. Throws `SchemaError` where no type is that of
/// all values.
void settle_values(Schema& schema);

/// The same for alternatives that each list numbers or booleans: they become one list.
void join_values(Schema& schema);

}  // namespace codegen
