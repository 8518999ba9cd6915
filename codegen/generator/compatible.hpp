#pragma once

#include <map>
#include <utility>

#include "definitions.hpp"

namespace codegen {

/// Whether types made from one schema take the values of another, from an older bundle or a newer
/// one, and lose nothing: what is open (enumerations, structs, unions) takes more than it lists.
class Compatibility {
 public:
  Compatibility(const Definitions& from, const Definitions& to) : from_(from), to_(to) {}

  bool takes(const Json& values, const Json& type);

 private:
  bool takes_core(const Json& values, const Json& type);
  bool takes_object(const Json& values, const Json& type);
  bool takes_choice(const Json& values, const Json& type);
  bool takes_inner(const Json& values, const Json& type, const char* keyword);

  const Definitions& from_;
  const Definitions& to_;
  std::map<std::pair<const Json*, const Json*>, bool> known_;  // what is looked at is taken for so
};

}  // namespace codegen
