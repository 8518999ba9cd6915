#pragma once

#include <set>

#include "model.hpp"

namespace codegen {

/// The names of the definitions that this one is made of.
std::set<std::string> parts_of(const Definition& definition);

/// Each definition after its parts, else as given. There are no cycles: `parse_bundle` refuses
/// them.
std::vector<Definition> in_order(std::vector<Definition> definitions);

}  // namespace codegen
