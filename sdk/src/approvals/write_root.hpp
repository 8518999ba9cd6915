#pragma once

#include <filesystem>
#include <string_view>

namespace codex::detail {

/// A folder that writes shall not leave.
class WriteRoot {
 public:
  /// Links on the way to the folder are followed now, once: a link that is put there later leads
  /// out of it. The folder need not exist yet. Throws std::invalid_argument for a path that leads
  /// nowhere.
  explicit WriteRoot(const std::filesystem::path& folder);

  /// Whether a write to this path (UTF-8), as the file system is now, changes the folder's own
  /// content and nothing else: the path is absolute and without `..`, no link on it leads out, also
  /// none that leads to what does not exist yet, and the file, where there is one, is a regular
  /// file under this one name.
  [[nodiscard]] bool holds(std::string_view path) const;

  /// Without links.
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

 private:
  std::filesystem::path folder_;
};

}  // namespace codex::detail
