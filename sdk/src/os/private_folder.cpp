#include "os/private_folder.hpp"

namespace codex::detail {

namespace fs = std::filesystem;

std::error_code make_private_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status there = fs::status(folder, error);
  if (fs::is_directory(there)) return why_folder_is_closed(folder);
  if (fs::exists(there)) return std::make_error_code(std::errc::not_a_directory);
  const fs::path path =
      folder.has_filename() ? folder : folder.parent_path();  // a slash at the end
  error.clear();
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error == std::errc::file_exists && fs::exists(path.parent_path())) {
    return std::make_error_code(std::errc::not_a_directory);  // libc++ says the other of a file
  }
  if (error) return error;
  error = make_new_private_folder(path);
  std::error_code ignored;
  const bool others_were_faster =
      error == std::errc::file_exists && fs::is_directory(path, ignored);
  return others_were_faster ? std::error_code() : error;
}

}  // namespace codex::detail
