#pragma once

#include "schema.hpp"

namespace codegen {

/// Makes any JSON of references to nothing and of those that lead back to where they stand, which
/// no struct could hold, with a note. Refuses, by `SchemaError`, chains that are too long.
void break_cycles(Bundle& bundle);

}  // namespace codegen
