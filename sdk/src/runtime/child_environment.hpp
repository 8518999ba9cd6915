#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace codex::detail {

/// How a child's environment differs from that of this process.
struct EnvironmentChange {
  std::map<std::string, std::string> set = {};
  /// Variables that the child does not inherit.
  std::vector<std::string> unset = {};

  /// The value in the child; nothing if the variable is unset there.
  [[nodiscard]] std::optional<std::string> value_of(const std::string& name) const;

  /// The PATH for looking up the child's programs: its own, else the system's.
  [[nodiscard]] std::string search_path() const;

  /// Whether the child inherits this variable unchanged.
  [[nodiscard]] bool inherits(const std::string& name) const;
};

}  // namespace codex::detail
