#pragma once

#include <map>
#include <string>

#include "model.hpp"

namespace codegen {

/// Writes the schema's defaults as C++.
class Defaults {
 public:
  explicit Defaults(const Model& model);

  /// The expression of the member's default; empty if a fresh value is the default. Throws
  /// `SchemaError` if the default does not fit the member's type.
  [[nodiscard]] std::string text(const Member& member) const;

  /// The enum whose values a definition can be written with: itself, or its union's string arm.
  [[nodiscard]] const Enum* string_values(const Definition& definition) const;

 private:
  class Writer;

  std::map<std::string, const Definition*, std::less<>> index_;
};

}  // namespace codegen
