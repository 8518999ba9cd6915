#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "os/handle_windows.hpp"
#include "transport/byte_stream.hpp"

namespace codex::detail {

/// The end of a pipe that was opened for overlapped I/O, with at most one operation that is under
/// way: a wait for the event awaits it. One thread uses it, which must not end before that.
class OverlappedPipe {
 public:
  explicit OverlappedPipe(Handle pipe);
  ~OverlappedPipe() { close(); }
  OverlappedPipe(const OverlappedPipe&) = delete;
  OverlappedPipe(OverlappedPipe&&) = delete;
  OverlappedPipe& operator=(const OverlappedPipe&) = delete;
  OverlappedPipe& operator=(OverlappedPipe&&) = delete;

  [[nodiscard]] bool is_open() const noexcept { return pipe_.is_open(); }
  [[nodiscard]] bool is_busy() const noexcept { return is_busy_; }
  /// Whether the other end is closed.
  [[nodiscard]] bool is_broken() const noexcept { return is_broken_; }
  /// Signalled when the operation is done; null if there is nothing to wait for.
  [[nodiscard]] HANDLE event() const noexcept { return is_busy_ ? event_.get() : nullptr; }

  void begin_read(char* data, std::size_t size) noexcept;
  void begin_write(const char* data, std::size_t size) noexcept;

  /// How many bytes were read or written; 0 if the operation goes on, or failed.
  std::size_t finish() noexcept;

  /// Cancels what is under way: its memory is free then.
  void close() noexcept;

 private:
  void begun(bool has_succeeded) noexcept;

  Handle pipe_;
  Handle event_;
  OVERLAPPED operation_{};
  bool is_busy_ = false;
  bool is_broken_ = false;
};

/// What comes from a child.
class PipeReader {
 public:
  PipeReader(Handle pipe, std::size_t chunk_bytes);

  [[nodiscard]] bool has_ended() const noexcept { return !pipe_.is_open() || pipe_.is_broken(); }

  /// The event to wait for, after which `take` has something; null once the stream has ended.
  [[nodiscard]] HANDLE await() noexcept;

  /// What has come, without waiting. The bytes are valid until the next `await`.
  Received take() noexcept;

  void close() noexcept { pipe_.close(); }

 private:
  std::string buffer_;  // outlives the operation of
  OverlappedPipe pipe_;
};

}  // namespace codex::detail
