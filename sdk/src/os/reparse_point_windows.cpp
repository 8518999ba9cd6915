#include <windows.h>

#include "os/reparse_point.hpp"

namespace codex::detail {

bool is_reparse_point(const std::filesystem::path& file) noexcept {
  const DWORD attributes = ::GetFileAttributesW(file.c_str());
  if (attributes != INVALID_FILE_ATTRIBUTES) {
    return (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
  }
  // Longer paths are not found here, though other programs reach them.
  const DWORD error = ::GetLastError();
  const bool is_missing = error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND;
  return !is_missing || file.native().size() >= MAX_PATH;
}

}  // namespace codex::detail
