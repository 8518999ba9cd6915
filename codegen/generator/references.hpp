#pragma once

#include "schema.hpp"

namespace codegen {

/// Replaces undefined references, and those that form a cycle, which no struct could hold, with any
/// JSON, with a note. Throws `SchemaError` on chains that are too long.
void break_cycles(Bundle& bundle);

}  // namespace codegen
