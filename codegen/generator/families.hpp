#pragma once

#include <map>
#include <string>
#include <vector>

#include "model.hpp"

namespace codegen {

/// One generated header: the types and methods that belong together.
struct Family {
  std::string name;       // snake_case, also the name of the file
  std::string stands_on;  // the family whose header this one's includes; empty for the first
  bool is_partly_everyday = false;  // methods with its segment are in the family `everyday`
  std::vector<const Definition*> definitions;
  std::vector<const Method*> methods;
};

/// Divides the model: methods by the first segment of their name (`thread/list`), types into the
/// family whose methods alone use them, or else into `common`. The first family is `everyday`, with
/// the methods that most programs use and their types, so that the ergonomic API need not include
/// the rest.
std::vector<Family> divide(const Model& model);

}  // namespace codegen
