#pragma once

#include <sys/types.h>

namespace codex::detail {

// What POSIX systems do differently: platform_linux.cpp and platform_posix.cpp.

/// Both ends close-on-exec, and no standard streams. False, with errno, on failure.
bool make_pipe(int (&ends)[2]) noexcept;

/// Sends without blocking, and without SIGPIPE when the peer is gone. As send(2) otherwise.
ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept;

/// A descriptor that becomes readable when the process ends; -1 where there is no such thing.
int open_exit_watch(pid_t process) noexcept;

/// In a new child: have it killed when the thread that forked it ends. False when the parent is
/// gone already. Async-signal-safe.
bool die_with_parent(pid_t parent) noexcept;

/// In a new child: let no descriptor of the host program but 0, 1 and 2 survive exec.
/// Async-signal-safe.
void close_others_on_exec() noexcept;

}  // namespace codex::detail
