#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <sys/prctl.h>
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

ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept {
  return ::send(socket, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int open_exit_watch(pid_t process) noexcept {
  return above_standard_streams(static_cast<int>(::syscall(SYS_pidfd_open, process, 0U)));
}

bool die_with_parent(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

void close_others_on_exec() noexcept {
  constexpr unsigned close_range_cloexec = 1U << 2;
  ::syscall(SYS_close_range, 3U, ~0U, close_range_cloexec);
}

}  // namespace codex::detail
