#pragma once

#include <filesystem>
#include <string>

namespace codex::testing::detail {

/// A new, empty folder below the system's temporary one, open to its owner only, removed with all
/// that it holds by the destructor.
class TempDir {
 public:
  /// The folder's name is `prefix` and something random. Throws `std::filesystem::filesystem_error`
  /// when it cannot be made.
  explicit TempDir(const std::string& prefix);
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir(TempDir&&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  TempDir& operator=(TempDir&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace codex::testing::detail
