#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// A variable of this process, in UTF-8; nothing if it is not set.
[[nodiscard]] std::optional<std::string> find_environment_variable(const std::string& name);

/// The same; empty if it is not set.
[[nodiscard]] inline std::string environment_variable(const std::string& name) {
  return find_environment_variable(name).value_or("");
}

/// Whether two names are of the same variable: Windows ignores the case of letters.
[[nodiscard]] bool are_same_variable(std::string_view one, std::string_view other) noexcept;

}  // namespace codex::detail
