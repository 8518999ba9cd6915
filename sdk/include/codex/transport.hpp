#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <codex/errors.hpp>

namespace codex {

/// Carries messages to and from a runtime: `CodexConfig::transport`. Derive from it to reach one
/// where the SDK does not, through a message queue for example: docs/guide/attach.md has one.
///
/// One thread of the SDK, the I/O thread, drives it: it makes the transport, receives, and closes
/// it. Functions that other threads call as well say so.
class Transport {
 public:
  /// Takes what a transport has received.
  class Receiver {
   public:
    virtual ~Receiver() = default;

    /// One message: a JSON object, whole.
    virtual void message(std::string text) = 0;
    /// What `outline` keeps of a message that was longer than `max_message_bytes`: valid JSON with
    /// the ids. `full_size`: the bytes it had.
    virtual void outline(std::string outline, std::size_t full_size) = 0;
    /// Text that is no message, such as a banner of a shell. It is logged and skipped.
    virtual void noise(std::string_view text) = 0;
    /// The peer broke the rules of the transport, so nothing sensible can follow: the connection
    /// ends for this reason, a sentence.
    virtual void broken(std::string reason) = 0;

    /// `CodexConfig::max_message_bytes`. A transport may pass on longer messages all the same, if
    /// it has the memory.
    [[nodiscard]] virtual std::size_t max_message_bytes() const noexcept = 0;
  };

  /// How a transport ended.
  struct End {
    /// A sentence without its full stop.
    std::string reason = "The connection to the Codex runtime ended";
    /// That of the runtime's process, if the transport has one.
    ExitStatus exit_status = {};
  };

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  /// Blocks until something arrives, the peer ends, another thread calls `wake`, or the deadline
  /// passes; passes on what has come. False when nothing more will come. The receiver's functions
  /// may call `send` and `wake`, so hold no lock when you call them.
  virtual bool receive(Receiver& receiver, std::chrono::steady_clock::time_point deadline) = 0;

  /// Makes the current or the next `receive` return. Any thread.
  virtual void wake() noexcept = 0;

  /// Sends one message, after those of earlier calls. Its last character is a newline: white space
  /// to JSON, and the end of the message for transports that carry lines. Never blocks. Throws
  /// `CodexError` if the peer leaves too much unread. After the
  /// end messages are dropped. Any thread.
  virtual void send(std::string_view message) = 0;

  /// The longest message that `send` takes, in bytes, without the newline. A longer one fails as
  /// `CodexError` and is not sent; the connection goes on. Any thread.
  [[nodiscard]] virtual std::size_t longest_message() const noexcept {
    return static_cast<std::size_t>(-1);
  }

  /// Ends the conversation and frees what it holds. Takes a bounded time.
  virtual void close() noexcept = 0;

  /// Called once after the end that `receive` told of.
  virtual End end() { return {}; }

  /// What the peer wrote that is no message: before the first one, or one that has no end yet.
  /// Secrets masked. Any thread.
  [[nodiscard]] virtual std::string stray_output() const { return {}; }

  /// The last lines that the peer wrote to stderr, secrets masked. Any thread.
  [[nodiscard]] virtual std::string stderr_tail() const { return {}; }

  /// The process that this transport started and ends, if any. Any thread.
  [[nodiscard]] virtual std::optional<std::int64_t> process_id() const { return {}; }
};

/// Makes the transport of one client. It runs on the client's I/O thread; what it throws, the
/// client's constructor throws.
using TransportFactory = std::function<std::unique_ptr<Transport>()>;

}  // namespace codex
