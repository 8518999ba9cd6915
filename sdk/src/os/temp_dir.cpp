#include "os/temp_dir.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <system_error>

#include "os/private_folder.hpp"
#include "os/random_name.hpp"

namespace codex::detail {

namespace {

namespace fs = std::filesystem;

constexpr int most_attempts = 16;

fs::path make_dir(const std::string& prefix) {
  const fs::path parent = fs::canonical(fs::temp_directory_path());
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    fs::path path = parent / (prefix + random_name());
    const std::error_code error = make_new_private_folder(path);
    if (!error) return path;
    if (error != std::errc::file_exists) {
      throw fs::filesystem_error("cannot make a temporary folder", path, error);
    }
  }
  throw fs::filesystem_error("cannot find a free name for a temporary folder", parent,
                             std::make_error_code(std::errc::file_exists));
}

}  // namespace

TempDir::TempDir(const std::string& prefix) : path_(make_dir(prefix)) {}

TempDir::~TempDir() {
  if (is_kept_) return;
  // A process that is exiting may still write while the folder is emptied.
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    std::error_code failed;
    fs::remove_all(path_, failed);
    if (!failed) return;
  }
}

}  // namespace codex::detail
