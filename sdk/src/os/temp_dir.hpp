#pragma once

#include <filesystem>
#include <string>

namespace codex::detail {

/// A new, empty folder below the system's temporary one, accessible only to its owner. The
/// destructor removes it with its content.
class TempDir {
 public:
  /// The folder's name is `prefix` and a random suffix. Throws `std::filesystem::filesystem_error`
  /// if it cannot be made.
  explicit TempDir(const std::string& prefix);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  /// Leaves the folder to somebody else.
  void keep() noexcept { is_kept_ = true; }

 private:
  std::filesystem::path path_;
  bool is_kept_ = false;
};

}  // namespace codex::detail
