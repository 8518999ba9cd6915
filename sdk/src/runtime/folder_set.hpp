#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <vector>

namespace codex::detail {

/// Folders, each with everything below it, compared as the file system has them: links followed,
/// and two names of one folder are the same.
class FolderSet {
 public:
  explicit FolderSet(std::size_t max_folders) : max_folders_(max_folders) {}

  /// False when it leads nowhere, or when there are too many: it is not in the set then.
  [[nodiscard]] bool add(const std::filesystem::path& folder);

  /// Whether this path without links (`real_path`) is one of them, or lies below one.
  [[nodiscard]] bool hold(const std::filesystem::path& path) const;

  /// Whether one of them is this folder without links, or lies below it.
  [[nodiscard]] bool reach_below(const std::filesystem::path& folder) const;

  /// Whether `is` holds for one of them, which has no links.
  template <class Predicate>
  [[nodiscard]] bool any(Predicate is) const {
    return std::any_of(folders_.begin(), folders_.end(), is);
  }

 private:
  const std::size_t max_folders_;
  std::vector<std::filesystem::path> folders_;  // none holds another by name
};

/// Whether the path is the folder or lies below it, where both are without links. By name, and
/// where the names differ by what they name: a file system may ignore case.
[[nodiscard]] bool is_in_or_below(const std::filesystem::path& path,
                                  const std::filesystem::path& folder);

}  // namespace codex::detail
