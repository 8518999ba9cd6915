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

std::error_code make_private_folder(const fs::path& folder) {
  std::error_code error;
  const fs::file_status there = fs::status(folder, error);
  if (fs::is_directory(there)) {
    const bool may_enter = ::faccessat(AT_FDCWD, folder.c_str(), R_OK | X_OK, AT_EACCESS) == 0;
    return may_enter ? std::error_code() : last_error();
  }
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

std::error_code make_new_private_folder(const fs::path& folder) {
  if (::mkdir(folder.c_str(), folder_mode) != 0) return last_error();
  // The umask may have removed some bits.
  const Descriptor made(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made.is_open() || ::fchmod(made.get(), folder_mode) != 0) return last_error();
  return {};
}

}  // namespace codex::detail
