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

  /// The value that the child finds; nothing when it finds no such variable.
  [[nodiscard]] std::optional<std::string> value_of(const std::string& name) const;

  /// The PATH that the child's programs are looked up in: its own, else the system's.
  [[nodiscard]] std::string search_path() const;

  /// Whether the child gets this variable as this process has it.
  [[nodiscard]] bool inherits(const std::string& name) const;
};

}  // namespace codex::detail
