#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <system_error>
#include <unistd.h>

#include <codex/protocol/support/errors.hpp>

#include "os/descriptors.hpp"
#include "wire/log_file.hpp"

namespace codex::detail {
namespace {

constexpr mode_t private_mode = 0600;
constexpr int common_flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
constexpr int most_attempts = 8;

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw CodexError("Cannot write the wire log " + path + ": " + why);
}

/// -1 with errno set when there is such a file already, or none can be made.
int create(const char* path) {
  const int file = ::open(path, common_flags | O_CREAT | O_EXCL, private_mode);
  if (file >= 0) (void)::fchmod(file, private_mode);  // the umask may have taken some of it
  return file;
}

/// Another process may make or remove the file at any moment.
int open_or_create(const char* path) {
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    const int created = create(path);
    if (created >= 0 || errno != EEXIST) return created;
    const int opened = ::open(path, common_flags);
    if (opened >= 0 || errno != ENOENT) return opened;
  }
  return -1;
}

std::string why_not_opened(int error) {
  if (error == ELOOP) return "it is a symbolic link; name the file itself, or remove the link";
  if (error == ENXIO) return "it is no regular file; name another one";  // a FIFO, a socket
  return std::generic_category().message(error);
}

/// Empty when nobody else can read what is appended, or wrote what is there.
std::string why_not_private(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "it is no regular file; name another one";
  if (status.st_uid != ::geteuid()) {
    return "it belongs to another user; name another file, or remove this one";
  }
  if (status.st_nlink != 1) {
    return "the file has another name as well (a hard link); name another one, or remove this one";
  }
  if ((status.st_mode & 077) != 0) {
    return "others may read or write it; run chmod 600 on it, or remove it";
  }
  return {};
}

int descriptor(std::intptr_t file) { return static_cast<int>(file); }

}  // namespace

LogFile::LogFile(const std::string& path)
    : file_(above_standard_streams(open_or_create(path.c_str()))) {
  if (file_ < 0) refuse(path, why_not_opened(errno));
  struct stat status {};
  const std::string problem = ::fstat(descriptor(file_), &status) == 0
                                  ? why_not_private(status)
                                  : std::generic_category().message(errno);
  if (problem.empty()) return;
  ::close(descriptor(file_));
  refuse(path, problem);
}

LogFile::~LogFile() {
  if (file_ >= 0) ::close(descriptor(file_));
}

void LogFile::append(std::string_view text) {
  while (file_ >= 0 && !text.empty()) {
    const ssize_t count = write_quietly(descriptor(file_), text.data(), text.size());
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      ::close(descriptor(file_));
      file_ = -1;
    }
  }
}

}  // namespace codex::detail
