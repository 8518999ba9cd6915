#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/errors.hpp>
#include <codex/transport.hpp>

#include "transport/byte_stream.hpp"

namespace codex::detail {

struct MemoryStreams;

/// The far end of a memory transport, which plays the runtime in a test. Thread-safe.
class MemoryPeer {
 public:
  explicit MemoryPeer(std::shared_ptr<MemoryStreams> streams) noexcept;

  /// Sends bytes unchanged.
  void send(std::string_view bytes);

  /// Sends a message and its line end.
  void send_line(std::string_view line);

  /// Writes to stderr.
  void send_stderr(std::string_view text);

  /// The next received line, without its line end. Nothing if the deadline passes or `is_closed`.
  [[nodiscard]] std::optional<std::string> next_line(TimePoint deadline);

  /// Ends the stream, like a process that exits.
  void end(ExitStatus status = {}, std::string_view stderr_tail = {});

  /// Accepts nothing more: any later send ends the stream, like a broken pipe.
  void refuse_input();

  /// Ends the stream, and waits on this side, too.
  void hang_up() noexcept;

  /// Whether the other side has closed the transport, or this one has hung up.
  [[nodiscard]] bool is_closed() const;

 private:
  std::shared_ptr<MemoryStreams> streams_;
};

/// A transport within this process, and its far end.
[[nodiscard]] std::pair<std::unique_ptr<Transport>, MemoryPeer> make_memory_transport();

}  // namespace codex::detail
