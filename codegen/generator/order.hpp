#pragma once

#include <set>

#include "model.hpp"

namespace codegen {

/// The names of the definitions that this one contains.
std::set<std::string> parts_of(const Definition& definition);

/// Sorts each definition after its parts, else keeps the order. There are no cycles: `parse_bundle`
/// refuses them.
std::vector<Definition> in_order(std::vector<Definition> definitions);

}  // namespace codegen
