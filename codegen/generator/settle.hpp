#pragma once

#include "model.hpp"

namespace codegen {

/// Fixes what only the whole model shows, each with a note: lists of booleans, which have no
/// references to their elements in C++, become lists of any JSON; unions by shape with an arm that
/// turned out to be any JSON become any JSON; members with a default that their type cannot have,
/// or that cannot be written in C++, become optional.
void settle(Model& model);

}  // namespace codegen
