#pragma once

#include <sys/types.h>

namespace codex::detail {

// Differences between POSIX systems: platform_linux.cpp and platform_posix.cpp.

/// Makes a pipe with both ends close-on-exec and above the standard streams. False, with errno, on
/// failure.
bool make_pipe(int (&ends)[2]) noexcept;

/// A stream socket that does not block, close-on-exec and above the standard streams; -1, with
/// errno, on failure.
int open_socket(int family) noexcept;

/// Sends without blocking, and without SIGPIPE when the peer is gone. As send(2) otherwise.
ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept;

/// A descriptor that becomes readable when the process ends; -1 if the system has none.
int open_exit_watch(pid_t process) noexcept;

/// In a new child: has it killed when the thread that forked it ends. False if the parent has
/// already ended. Async-signal-safe.
bool die_with_parent(pid_t parent) noexcept;

/// In a new child: lets only descriptors 0, 1 and 2 of the host program survive exec.
/// Async-signal-safe.
void close_others_on_exec() noexcept;

}  // namespace codex::detail
