#include <windows.h>

#include "os/reparse_point.hpp"

namespace codex::detail {

bool is_reparse_point(const std::filesystem::path& file) noexcept {
  const DWORD attributes = ::GetFileAttributesW(file.c_str());
  return attributes != INVALID_FILE_ATTRIBUTES && (attributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
}

}  // namespace codex::detail
