#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <codex/errors.hpp>

#include "task/clock.hpp"

namespace codex::detail {

/// The result of `ByteStream::wait`. All empty: it was woken, or the deadline passed.
struct Received {
  std::string_view bytes = {};  // valid until the next wait
  bool ended = false;           // nothing more will arrive
};

/// A byte stream to and from one peer. One thread, the I/O thread, drives it; functions for other
/// threads say so.
class ByteStream {
 public:
  virtual ~ByteStream() = default;

  /// Blocks until bytes arrive, the stream ends, another thread calls `wake` or the deadline
  /// passes.
  virtual Received wait(TimePoint deadline) = 0;

  /// Makes the current or the next `wait` return. Any thread.
  virtual void wake() noexcept = 0;

  /// Sends all the bytes, in one piece and in the order of the calls; `wait` sends the part that
  /// the peer does not take at once. Never blocks. Throws CodexError if the peer leaves too much
  /// unread. After the end of the stream the bytes are dropped. Any thread.
  virtual void send(std::string_view bytes) = 0;

  /// Waits until the peer's exit status and last output are known, but not beyond the deadline.
  virtual ExitStatus await_exit(TimePoint deadline) = 0;

  /// Whether the peer accepts nothing more, which also ends the stream. The I/O thread.
  [[nodiscard]] virtual bool is_deaf() = 0;

  /// Ends the peer, first politely, then by force, and frees its resources. Takes a bounded time.
  virtual void close() noexcept = 0;

  /// Frees its resources and lets the peer live, if that can be: one that was detached.
  virtual void leave() noexcept { close(); }

  /// The last lines that the peer wrote to stderr, secrets masked. Any thread.
  [[nodiscard]] virtual std::string stderr_tail() const = 0;

  /// The peer's process id, if it is a process. Any thread.
  [[nodiscard]] virtual std::optional<std::int64_t> process_id() const = 0;
};

}  // namespace codex::detail
