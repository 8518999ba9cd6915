#include <windows.h>

#include "os/handle_windows.hpp"
#include "os/others_access_windows.hpp"
#include "support/access.hpp"

namespace codex::testing {

bool is_open_to_others(const std::filesystem::path& place) {
  const codex::detail::Handle opened(::CreateFileW(
      place.c_str(), READ_CONTROL, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
      OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr));
  return !codex::detail::why_open_to_others(opened.get(), FILE_GENERIC_READ).empty();
}

}  // namespace codex::testing
