#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/descriptors.hpp"
#include "os/platform.hpp"

namespace codex::detail {

bool make_pipe(int (&ends)[2]) noexcept {
  return ::pipe2(ends, O_CLOEXEC) == 0 && move_above_standard_streams(ends);
}

int open_socket(int family) noexcept {
  return above_standard_streams(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

int accept_socket(int listener) noexcept {
  return above_standard_streams(::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
}

int open_exit_watch(pid_t process) noexcept {
  return above_standard_streams(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
}

void close_others_on_exec() noexcept {
  constexpr unsigned close_range_cloexec = 1U << 2;
  ::syscall(SYS_close_range, 3U, ~0U, close_range_cloexec);
}

}  // namespace codex::detail
