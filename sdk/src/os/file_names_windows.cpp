#include "os/file_names.hpp"
#include "os/handle_windows.hpp"

namespace codex::detail {

// With mingw std::filesystem says that every file has one.
bool has_one_name(const std::filesystem::path& file) noexcept {
  const Handle opened(::CreateFileW(file.c_str(), FILE_READ_ATTRIBUTES,
                                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr,
                                    OPEN_EXISTING, FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  BY_HANDLE_FILE_INFORMATION info{};
  return opened.is_open() && ::GetFileInformationByHandle(opened.get(), &info) != 0 &&
         info.nNumberOfLinks == 1;
}

}  // namespace codex::detail
