#pragma once

#include <cstddef>
#include <sys/types.h>

namespace codex::detail {

// Keeps the SDK's descriptors from affecting the host program.

/// Moves the file to a number above 2, close-on-exec: otherwise a host program without standard
/// streams would print into it. Takes over the descriptor. -1, with errno, on failure.
[[nodiscard]] int above_standard_streams(int descriptor) noexcept;

/// The same for both ends of a pipe. False, with errno and both closed, on failure.
[[nodiscard]] bool move_above_standard_streams(int (&ends)[2]) noexcept;

/// As write(2), without the signals that it raises: SIGPIPE if nobody reads, SIGXFSZ past the file
/// size limit.
[[nodiscard]] ssize_t write_quietly(int descriptor, const void* data, std::size_t size) noexcept;

/// As send(2), without SIGPIPE if the peer is gone, and without blocking.
[[nodiscard]] ssize_t send_quietly(int socket, const void* data, std::size_t size) noexcept;

}  // namespace codex::detail
