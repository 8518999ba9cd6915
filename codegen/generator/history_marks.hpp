#pragma once

#include <string>

namespace codegen {

/// The keyword in which the merge stores which runtimes have a part of the schema.
inline constexpr const char* history_keyword = "x-codex-history";

/// Which runtimes have a part: the first and the last version. Empty: from the oldest on, or still
/// present.
struct HistoryMark {
  std::string since = {};
  std::string until = {};
  /// The last versions that refuse a value without this member, or with null for it.
  std::string required_until = {};
  std::string not_null_until = {};

  [[nodiscard]] bool empty() const {
    return since.empty() && until.empty() && required_until.empty() && not_null_until.empty();
  }
};

}  // namespace codegen
