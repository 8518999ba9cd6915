#pragma once

#include <map>
#include <utility>

#include "definitions.hpp"

namespace codegen {

/// Whether types made from one schema take the values of another, from an older or newer bundle,
/// without loss: open types (enumerations, structs, unions) take more than they list.
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
  std::map<std::pair<const Json*, const Json*>, bool>
      known_;  // pairs being compared count as compatible
};

}  // namespace codegen
