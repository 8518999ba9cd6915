#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "schema.hpp"

namespace codegen {

/// The definitions of a bundle's JSON by name. A name may be in both namespaces, with equal
/// definitions.
class Definitions {
 public:
  Definitions() = default;
  explicit Definitions(Json& bundle);

  /// The first place, or nullptr.
  [[nodiscard]] const Json* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Json*>& places(std::string_view name) const;
  [[nodiscard]] const std::map<std::string, std::vector<Json*>, std::less<>>& all() const {
    return places_;
  }

  /// Follows aliases: the schema itself, or the one that it refers to.
  [[nodiscard]] const Json& resolve(const Json& schema) const;

 private:
  std::map<std::string, std::vector<Json*>, std::less<>> places_;
};

/// Adds the definitions that a schema directly refers to.
void add_references(std::set<std::string>& out, const Json& schema);

}  // namespace codegen
