#include "runtime/child_environment.hpp"

#include <algorithm>
#include <cstdlib>

#include "os/system_defaults.hpp"

namespace codex::detail {

bool EnvironmentChange::inherits(const std::string& name) const {
  return !set.contains(name) && std::ranges::find(unset, name) == unset.end();
}

std::optional<std::string> EnvironmentChange::value_of(const std::string& name) const {
  if (const auto found = set.find(name); found != set.end()) return found->second;
  if (!inherits(name)) return std::nullopt;
  const char* value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

std::string EnvironmentChange::search_path() const {
  auto path = value_of("PATH");
  return path ? *std::move(path) : default_search_path();
}

}  // namespace codex::detail
