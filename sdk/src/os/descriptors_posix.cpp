#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

#include "os/descriptors.hpp"

namespace codex::detail {
namespace {

/// Consumes the blocked signal that a write of this thread has just raised.
void take_back(int signal) noexcept {
  sigset_t pending;
  ::sigpending(&pending);
  if (sigismember(&pending, signal) != 1) return;  // the system does not raise an ignored signal
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  int taken = 0;
  ::sigwait(&one, &taken);
}

template <class Write>
ssize_t quietly(const Write& write) noexcept {
  sigset_t quiet;
  sigset_t mask;
  sigset_t pending;  // not ours to consume
  sigemptyset(&quiet);
  sigaddset(&quiet, SIGPIPE);
  sigaddset(&quiet, SIGXFSZ);
  ::pthread_sigmask(SIG_BLOCK, &quiet, &mask);
  ::sigpending(&pending);
  const ssize_t count = write();
  const int error = errno;
  for (const auto& [failure, signal] : {std::pair(EPIPE, SIGPIPE), std::pair(EFBIG, SIGXFSZ)}) {
    if (count < 0 && error == failure && sigismember(&pending, signal) == 0) take_back(signal);
  }
  ::pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  errno = error;
  return count;
}

}  // namespace

int above_standard_streams(int descriptor) noexcept {
  if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
  const int moved = ::fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return moved;
}

bool move_above_standard_streams(int (&ends)[2]) noexcept {
  for (int& end : ends) end = above_standard_streams(end);
  if (ends[0] >= 0 && ends[1] >= 0) return true;
  const int error = errno;
  for (const int end : ends) ::close(end);
  errno = error;
  return false;
}

ssize_t write_quietly(int descriptor, const void* data, std::size_t size) noexcept {
  return quietly([=] { return ::write(descriptor, data, size); });
}

// Linux has a flag for it; only tests send so often that it would matter.
ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept {
  return quietly([=] { return ::send(socket, data, size, MSG_DONTWAIT); });
}

}  // namespace codex::detail
