#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/descriptor.hpp"
#include "os/private_folder.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr mode_t folder_mode = 0700;

std::error_code last_error() { return {errno, std::generic_category()}; }

}  // namespace

std::error_code why_folder_is_closed(const fs::path& folder) {
  const bool may_enter = ::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0;
  return may_enter ? std::error_code() : last_error();
}

std::error_code make_new_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), folder_mode) != 0) return last_error();
  // The umask may have removed some bits.
  const Descriptor made(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made.is_open() || ::fchmod(made.get(), folder_mode) != 0) return last_error();
  return {};
}

}  // namespace codex::detail
