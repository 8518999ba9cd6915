#include "os/handle_windows.hpp"
#include "os/private_access_windows.hpp"
#include "os/private_folder.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

std::error_code why_closed(const fs::path& folder) {
  const Handle opened(::CreateFileW(folder.c_str(), FILE_LIST_DIRECTORY | FILE_TRAVERSE,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  return opened.is_open() ? std::error_code() : last_windows_error();
}

}  // namespace

std::error_code make_private_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status there = fs::status(folder, error);
  if (fs::is_directory(there)) return why_closed(folder);
  if (fs::exists(there)) return std::make_error_code(std::errc::not_a_directory);
  const fs::path path =
      folder.has_filename() ? folder : folder.parent_path();  // a slash at the end
  error.clear();
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) return error;
  error = make_new_private_folder(path);
  std::error_code ignored;
  const bool others_were_faster =
      error == std::errc::file_exists && fs::is_directory(path, ignored);
  return others_were_faster ? std::error_code() : error;
}

std::error_code make_new_private_folder(const fs::path& folder) {
  PrivateAccess access;
  if (access.error()) return access.error();
  const BOOL has_succeeded = ::CreateDirectoryW(folder.c_str(), access.get());
  return has_succeeded != 0 ? std::error_code() : last_windows_error();
}

}  // namespace codex::detail
