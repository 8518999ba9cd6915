#include "os/handle_windows.hpp"
#include "os/private_access_windows.hpp"
#include "os/private_folder.hpp"

namespace codex::detail {

namespace fs = std::filesystem;

std::error_code why_folder_is_closed(const fs::path& folder) {
  const Handle opened(::CreateFileW(folder.c_str(), FILE_LIST_DIRECTORY | FILE_TRAVERSE,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  return opened.is_open() ? std::error_code() : last_windows_error();
}

std::error_code make_new_private_folder(const fs::path& folder) {
  PrivateAccess access;
  if (access.error()) return access.error();
  const BOOL has_succeeded = ::CreateDirectoryW(folder.c_str(), access.get());
  return has_succeeded != 0 ? std::error_code() : last_windows_error();
}

}  // namespace codex::detail
