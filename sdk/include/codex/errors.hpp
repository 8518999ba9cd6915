#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/protocol/support/errors.hpp>
#include <codex/protocol/support/json.hpp>

namespace codex {

struct TurnResult;

/// How a runtime process ended. Both empty: it still runs, or its status is unknown.
struct ExitStatus {
  /// The exit code, if it exited.
  std::optional<int> code{};
  /// The number of the signal that ended it.
  std::optional<int> signal{};

  bool operator==(const ExitStatus&) const = default;
};

/// Work ended before it was done. `collected` has what a turn had come to, whatever ended it: time,
/// a stop, the connection or a failure.
class InterruptedWork : public CodexError {
 public:
  /// The turn's result so far; nullptr for anything but a turn that was sent.
  [[nodiscard]] const TurnResult* collected() const noexcept { return collected_.get(); }

 protected:
  /// With the turn's result so far, if it is a turn.
  explicit InterruptedWork(const std::string& what,
                           std::shared_ptr<const TurnResult> collected = nullptr)
      : CodexError(what), collected_(std::move(collected)) {}
  /// With what the other error collected.
  InterruptedWork(const std::string& what, const InterruptedWork& other)
      : CodexError(what), collected_(other.collected_) {}

 private:
  std::shared_ptr<const TurnResult> collected_;
};

/// The connection to the runtime is lost: the runtime exited or broke the protocol, or the client
/// was closed. `what()` is short: why, and what to do. Only a runtime that failed by itself has the
/// last line of its stderr there. Secrets in its texts are masked.
class TransportClosedError : public InterruptedWork {
 public:
  /// Takes the reason, how the runtime ended, the end of its stderr, and what to do: sentences that
  /// end `what()`.
  explicit TransportClosedError(std::string_view reason, ExitStatus exit_status = {},
                                std::string stderr_tail = {}, std::string_view advice = {});
  /// Copies `other` and adds a turn's result so far.
  TransportClosedError(const TransportClosedError& other,
                       std::shared_ptr<const TurnResult> collected);

  /// How the runtime ended, as far as known when this error was made.
  [[nodiscard]] const ExitStatus& exit_status() const noexcept { return exit_status_; }

  /// The last lines that the runtime wrote to stderr, secrets masked; often empty.
  [[nodiscard]] const std::string& stderr_tail() const noexcept { return stderr_tail_; }

 private:
  ExitStatus exit_status_;
  std::string stderr_tail_;
};

/// A turn was lost while the connection was cut: the runtime that ran it ended, or has nothing of
/// it. The connection is back, and the thread can start its next turn. See `Reconnect`.
class TurnLostError : public InterruptedWork {
 public:
  /// Takes what happened, and the turn's result so far.
  explicit TurnLostError(const std::string& what,
                         std::shared_ptr<const TurnResult> collected = nullptr)
      : InterruptedWork(what, std::move(collected)) {}
};

/// A stop token was triggered. The connection stays usable.
class CancelledError : public InterruptedWork {
 public:
  /// For a request.
  explicit CancelledError(const std::string& what, bool was_sent = true)
      : InterruptedWork(what), was_sent_(was_sent) {}
  /// For a turn.
  CancelledError(const std::string& what, std::shared_ptr<const TurnResult> collected)
      : InterruptedWork(what, std::move(collected)) {}

  /// False if the request was not sent, so the runtime never saw it.
  [[nodiscard]] bool was_sent() const noexcept { return was_sent_; }

 private:
  bool was_sent_ = true;
};

/// A deadline passed. The connection stays usable; a late response is dropped.
class TimeoutError : public InterruptedWork {
 public:
  /// For a request.
  explicit TimeoutError(const std::string& what, bool was_sent = true)
      : InterruptedWork(what), was_sent_(was_sent) {}
  /// For a turn.
  TimeoutError(const std::string& what, std::shared_ptr<const TurnResult> collected)
      : InterruptedWork(what, std::move(collected)) {}
  /// For a runtime that did not start in time.
  TimeoutError(const std::string& what, bool was_sent, std::string stderr_tail)
      : InterruptedWork(what), was_sent_(was_sent), stderr_tail_(std::move(stderr_tail)) {}
  /// For work that was cancelled because its time was up.
  TimeoutError(const std::string& what, const CancelledError& cancelled)
      : InterruptedWork(what, cancelled), was_sent_(cancelled.was_sent()) {}

  /// False if the request was not sent, so the runtime never saw it.
  [[nodiscard]] bool was_sent() const noexcept { return was_sent_; }

  /// The last lines that a runtime wrote to stderr which did not start in time, secrets masked;
  /// empty for all other timeouts.
  [[nodiscard]] const std::string& stderr_tail() const noexcept { return stderr_tail_; }

 private:
  bool was_sent_ = true;
  std::string stderr_tail_;
};

/// The runtime was not found, or cannot be started.
class RuntimeNotFoundError : public CodexError {
 public:
  using CodexError::CodexError;
};

/// The call is experimental and the client did not opt in, or the connected runtime is too old or
/// too new for it: see `Codex::supports`. Nothing was sent.
class UnsupportedError : public CodexError {
 public:
  using CodexError::CodexError;
};

/// The runtime's response to a request is larger than `CodexConfig::max_message_bytes`, and was not
/// kept. The runtime has done what it was asked to; the connection stays usable.
class MessageTooLargeError : public CodexError {
 public:
  /// With the method that was asked for, the size of the response and the limit, both in bytes.
  MessageTooLargeError(std::string_view method, std::size_t size, std::size_t limit);

  /// The size of the response, in bytes.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  /// The limit: `CodexConfig::max_message_bytes`.
  [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

 private:
  std::size_t size_;
  std::size_t limit_;
};

/// The runtime answered a request with an error.
class JsonRpcError : public CodexError {
 public:
  /// From the runtime's error response.
  JsonRpcError(std::int64_t code, std::string message, Json data = nullptr);

  /// The code that the runtime sent.
  [[nodiscard]] std::int64_t code() const noexcept { return code_; }

  /// The message as the runtime sent it, secrets included; `what()` has it shortened and masked.
  [[nodiscard]] const std::string& message() const noexcept { return message_; }

  /// Details as the runtime sent them, secrets included; null if it sent none.
  [[nodiscard]] const Json& data() const noexcept { return data_; }

 private:
  std::int64_t code_;
  std::string message_;
  Json data_;
};

/// A `JsonRpcError` whose code JSON-RPC or the runtime defines.
class CodexRpcError : public JsonRpcError {
 public:
  using JsonRpcError::JsonRpcError;
};

/// -32700: the runtime could not read the request.
class ParseError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// -32600: the runtime refused the request; this is its usual answer.
class InvalidRequestError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// The runtime has no such thread: it was never stored, it was deleted, or it has to be resumed
/// first. `code()` is what the runtime sent: -32600, and -32602 or -32603 for a few methods. An id
/// that is no id of a thread at all, or an archived thread that only needs `thread_unarchive`, is a
/// plain `InvalidRequestError`.
class ThreadNotFoundError : public InvalidRequestError {
 public:
  using InvalidRequestError::InvalidRequestError;
};

/// The runtime has no such method. `code()` is what it sent: -32601, or -32600 in most cases.
class MethodNotFoundError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// -32602: the params do not fit.
class InvalidParamsError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// -32603: the runtime failed.
class InternalRpcError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// The runtime or its model is overloaded. A later retry may help.
class ServerBusyError : public CodexRpcError {
 public:
  using CodexRpcError::CodexRpcError;
};

/// The runtime gave up after several attempts of its own.
class RetryLimitExceededError : public ServerBusyError {
 public:
  using ServerBusyError::ServerBusyError;
};

/// Whether the same call may succeed after a pause: true for a `ServerBusyError`, or a
/// `TurnFailedError` whose kind means overload and whose turn produced nothing but the user's
/// words. A turn that ran a command, wrote a file or said something is never repeated.
[[nodiscard]] bool is_retryable_error(const std::exception& error) noexcept;

}  // namespace codex
