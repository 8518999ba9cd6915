#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <vector>

namespace codex::detail {

/// Folders, each with everything below it, compared in the file system: links are followed, and two
/// names of one folder are the same.
class FolderSet {
 public:
  explicit FolderSet(std::size_t max_folders) : max_folders_(max_folders) {}

  /// False if it is a broken link, or if there are too many: then it is not added.
  [[nodiscard]] bool add(const std::filesystem::path& folder);

  /// Whether this path without links (`real_path`) is one of them, or below one.
  [[nodiscard]] bool hold(const std::filesystem::path& path) const;

  /// Whether one of them is this folder without links, or below it.
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

/// Whether the path is the folder or below it; both are without links. Compares names, and if these
/// differ, the files themselves: a file system may ignore case.
[[nodiscard]] bool is_in_or_below(const std::filesystem::path& path,
                                  const std::filesystem::path& folder);

}  // namespace codex::detail
