#pragma once

#include "model.hpp"

namespace codegen {

/// Refuses, by `SchemaError`, lists of booleans, also behind another name for `bool`: the elements
/// of a `std::vector<bool>` cannot be referred to.
void refuse_boolean_lists(const Model& model);

}  // namespace codegen
