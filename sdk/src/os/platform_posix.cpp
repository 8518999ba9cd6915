// For POSIX systems other than Linux, macOS above all.

#include <cstddef>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "os/descriptors.hpp"
#include "os/platform.hpp"

namespace codex::detail {
namespace {

void close_on_exec(const int (&ends)[2]) noexcept {
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
}

}  // namespace

bool make_pipe(int (&ends)[2]) noexcept {
  if (::pipe(ends) != 0) return false;
  close_on_exec(ends);
  return move_above_standard_streams(ends);
}

int open_socket(int family) noexcept {
  const int opened = ::socket(family, SOCK_STREAM, 0);
  if (opened >= 0) {
    ::fcntl(opened, F_SETFD, FD_CLOEXEC);
    ::fcntl(opened, F_SETFL, O_NONBLOCK);
  }
  return above_standard_streams(opened);
}

ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept {
  return ::send(socket, data, size, MSG_DONTWAIT);
}

int open_exit_watch(pid_t) noexcept { return -1; }

// The end of stdin ends the runtime when this process dies.
bool die_with_parent(pid_t) noexcept { return true; }

void close_others_on_exec() noexcept {}

}  // namespace codex::detail
