#pragma once

#include <filesystem>
#include <string_view>

namespace codex::detail {

/// A folder that writes are confined to.
class WriteRoot {
 public:
  /// Links in the folder's path are followed now, once: a link that is placed there later leads out
  /// of it. The folder need not exist yet. Throws std::invalid_argument for a broken link.
  explicit WriteRoot(const std::filesystem::path& folder);

  /// Whether a write to this path (UTF-8), in the current file system, changes only the folder's
  /// own content: the path is absolute and without `..`, no link in it leads out, not even to a
  /// path that does not exist yet, and the file, if it exists, is a regular file with no other
  /// name.
  [[nodiscard]] bool holds(std::string_view path) const;

  /// Without links.
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace codex::detail
