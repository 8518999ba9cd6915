#pragma once

#include "definitions.hpp"

namespace codegen {

/// Whether types made from one schema take the values of another, from an older bundle or a newer
/// one, and lose nothing: what is open (enumerations, structs, unions) takes more than it lists.
class Compatibility {
 public:
  Compatibility(const Definitions& from, const Definitions& to) : from_(from), to_(to) {}

  [[nodiscard]] bool takes(const Json& values, const Json& type) { return takes(values, type, 0); }

 private:
  bool takes(const Json& values, const Json& type, int depth);
  bool takes_core(const Json& values, const Json& type, int depth);
  bool takes_object(const Json& values, const Json& type, int depth);
  bool takes_choice(const Json& values, const Json& type, int depth);
  bool takes_inner(const Json& values, const Json& type, const char* keyword, int depth);

  const Definitions& from_;
  const Definitions& to_;
};

}  // namespace codegen
