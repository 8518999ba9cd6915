// For POSIX systems other than Linux, macOS above all. A program that another thread starts between
// two of these calls inherits the descriptor: there is no way to open it close-on-exec.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/descriptors.hpp"
#include "os/platform.hpp"

namespace codex::detail {
namespace {

void close_on_exec(int descriptor) noexcept { ::fcntl(descriptor, F_SETFD, FD_CLOEXEC); }

}  // namespace

bool make_pipe(int (&ends)[2]) noexcept {
  if (::pipe(ends) != 0) return false;
  for (const int end : ends) close_on_exec(end);
  return move_above_standard_streams(ends);
}

int open_socket(int family) noexcept {
  const int opened = ::socket(family, SOCK_STREAM, 0);
  if (opened >= 0) {
    close_on_exec(opened);
    ::fcntl(opened, F_SETFL, O_NONBLOCK);
    silence_sigpipe(opened);
  }
  return above_standard_streams(opened);
}

int accept_socket(int listener) noexcept {
  const int accepted = ::accept(listener, nullptr, nullptr);
  if (accepted >= 0) {
    close_on_exec(accepted);
    ::fcntl(accepted, F_SETFL, 0);  // it may have the listener's
    silence_sigpipe(accepted);
  }
  return above_standard_streams(accepted);
}

// Those of a host that has raised its limit far above what systems begin with are not looked for:
// that would take longer than to start the program.
void close_others_on_exec() noexcept {
  constexpr long most = 16384;
  long limit = ::sysconf(_SC_OPEN_MAX);
  if (limit < 0 || limit > most) limit = most;  // -1: there is none
  for (int other = STDERR_FILENO + 1; other < limit; ++other) close_on_exec(other);
}

}  // namespace codex::detail
