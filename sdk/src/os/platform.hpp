#pragma once

#include <sys/types.h>

namespace codex::detail {

// Differences between POSIX systems: platform_linux.cpp, or platform_posix.cpp with one of
// exit_watch_{kqueue,posix}.cpp; silence_sigpipe_{macos,posix}.cpp.

/// Makes a pipe with both ends close-on-exec and above the standard streams. False, with errno, on
/// failure.
bool make_pipe(int (&ends)[2]) noexcept;

/// A stream socket that does not block, close-on-exec and above the standard streams; -1, with
/// errno, on failure.
int open_socket(int family) noexcept;

/// Accepts a connection: a socket that blocks, close-on-exec and above the standard streams; -1,
/// with errno, on failure.
int accept_socket(int listener) noexcept;

/// Has writes to it raise no SIGPIPE where the system raises that for the whole process, so that
/// any thread of the host may get it (macOS), not for the thread that writes.
void silence_sigpipe(int descriptor) noexcept;

/// A descriptor that becomes readable when the process ends; -1 if the system has none.
int open_exit_watch(pid_t process) noexcept;

/// In a new child: lets only descriptors 0, 1 and 2 of the host program survive exec.
/// Async-signal-safe.
void close_others_on_exec() noexcept;

}  // namespace codex::detail
