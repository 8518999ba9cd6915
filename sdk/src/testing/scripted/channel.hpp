#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <codex/errors.hpp>

#include "transport/byte_stream.hpp"

namespace codex::testing::detail {

using codex::detail::Clock;
using codex::detail::TimePoint;

/// One client as its server sees it: the standard streams of a process, and its end. For one
/// thread, except `abort`.
class Channel {
 public:
  virtual ~Channel() = default;

  /// The next line of the client, without its line end. Nothing if the deadline passes, or if the
  /// client has disconnected.
  [[nodiscard]] virtual std::optional<std::string> next_line(TimePoint deadline) = 0;
  [[nodiscard]] virtual bool has_gone() const = 0;

  virtual void write(std::string_view bytes) = 0;
  virtual void write_stderr(std::string_view text) = 0;
  virtual void close_stdout() = 0;
  virtual void close_stdin() = 0;
  virtual void ignore_shutdown() = 0;
  virtual void end(ExitStatus status) = 0;

  /// Ends the conversation: the other functions return at once from now on. Any thread.
  virtual void abort() noexcept = 0;
};

}  // namespace codex::testing::detail
