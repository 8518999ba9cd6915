#include "runtime/child_environment.hpp"

#include <algorithm>

#include "os/environment_variable.hpp"
#include "os/system_defaults.hpp"

namespace codex::detail {

bool EnvironmentChange::inherits(const std::string& name) const {
  const auto is_it = [&](const auto& other) { return are_same_variable(name, other); };
  return std::ranges::none_of(set, is_it, &decltype(set)::value_type::first) &&
         std::ranges::none_of(unset, is_it);
}

std::optional<std::string> EnvironmentChange::value_of(const std::string& name) const {
  const auto is_it = [&](const auto& other) { return are_same_variable(name, other); };
  const auto found = std::ranges::find_if(set, is_it, &decltype(set)::value_type::first);
  if (found != set.end()) return found->second;
  return inherits(name) ? find_environment_variable(name) : std::nullopt;
}

std::string EnvironmentChange::search_path() const {
  auto path = value_of("PATH");
  return path ? *std::move(path) : default_search_path();
}

}  // namespace codex::detail
