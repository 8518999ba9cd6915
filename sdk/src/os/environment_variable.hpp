#pragma once

#include <cstdlib>
#include <string>

namespace codex::detail {

/// A variable of this process; empty if it is not set.
[[nodiscard]] inline std::string environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace codex::detail
