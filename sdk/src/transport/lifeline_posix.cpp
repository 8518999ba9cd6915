// For POSIX systems other than Linux, macOS above all: their kernels kill no child when its parent
// ends. A watcher in the child's group does. It waits for the end of a pipe whose writer only this
// process has, then kills the group, itself included. While it is there, no other group can have
// that number.
//
// Weaker than Linux: the watcher itself may be killed, and a program that the host starts by other
// means than fork and exec may hold the writer, so that the group lives as long as that program.

#include <cerrno>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <codex/errors.hpp>

#include "os/platform.hpp"
#include "transport/lifeline.hpp"

namespace codex::detail {
namespace {

// A program of its own, since a mere fork would keep the host's memory. It inherits that all
// signals are blocked: what asks the group to end leaves it in place, and SIGKILL ends it with the
// group.
[[noreturn]] void watch(int reader) noexcept {
  char name[] = "sh";
  char option[] = "-c";
  char script[] = "read -r end; kill -KILL 0";
  char* const arguments[] = {name, option, script, nullptr};
  char* const environment[] = {nullptr};
  const int nothing = ::open("/dev/null", O_RDWR);
  const bool redirected = ::dup2(reader, STDIN_FILENO) >= 0 &&
                          ::dup2(nothing, STDOUT_FILENO) >= 0 &&
                          ::dup2(nothing, STDERR_FILENO) >= 0;
  close_others_on_exec();
  if (redirected) ::execve("/bin/sh", arguments, environment);
  ::_exit(127);
}

}  // namespace

Lifeline Lifeline::open() {
  int ends[2];
  if (!make_pipe(ends)) throw CodexError("Cannot start the Codex runtime: no descriptors left");
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

bool Lifeline::tie(pid_t parent) const noexcept {
  // A second fork makes it nobody's child here: the runtime need not reap it.
  const pid_t first = ::fork();
  if (first == 0) {
    const pid_t watcher = ::fork();
    if (watcher == 0) watch(reader_.get());
    ::_exit(watcher < 0 ? 1 : 0);
  }
  int status = 0;  // stays so if the host ignores SIGCHLD: then nobody can wait
  while (first > 0 && ::waitpid(first, &status, 0) < 0 && errno == EINTR) {
  }
  return first > 0 && status == 0 && ::getppid() == parent;
}

}  // namespace codex::detail
