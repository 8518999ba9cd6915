#pragma once

#include "schema.hpp"

namespace codegen {

/// Refuses, by `SchemaError`, references to nothing and those that lead back to where they stand,
/// which no struct could hold.
void check_references(const Bundle& bundle);

}  // namespace codegen
