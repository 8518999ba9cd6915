#include <cstdlib>

#include "os/environment_variable.hpp"

namespace codex::detail {

std::optional<std::string> find_environment_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

bool are_same_variable(std::string_view one, std::string_view other) noexcept {
  return one == other;
}

}  // namespace codex::detail
