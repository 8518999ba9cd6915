#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <codex/errors.hpp>
#include <codex/input.hpp>
#include <codex/notification.hpp>
#include <codex/options.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/protocol/support/optional.hpp>
#include <codex/pull_iterator.hpp>
#include <codex/schema.hpp>
#include <codex/turn_failure.hpp>

namespace codex {

namespace detail {
struct HandleState;
struct TurnReader;
}  // namespace detail

/// The result of a turn.
struct TurnResult {
  /// The turn's id; of a goal, that of its first turn.
  std::string id;
  /// How it ended: `completed`, `interrupted` or `failed`.
  protocol::TurnStatus status = protocol::TurnStatus::in_progress;
  /// Why it failed; empty otherwise.
  Optional<protocol::TurnError> error{};
  /// Unix time in seconds.
  std::optional<std::int64_t> started_at{};
  /// Unix time in seconds.
  std::optional<std::int64_t> completed_at{};
  /// How long it took, in milliseconds, by the runtime's clock.
  std::optional<std::int64_t> duration_ms{};
  /// The text of the last message with phase `final_answer`, else of the last one without a phase,
  /// else nothing. An empty message counts.
  std::optional<std::string> final_response{};
  /// The items in the order in which they were completed.
  std::vector<protocol::ThreadItem> items{};
  /// The last token usage that the runtime reported for this turn: `last` is that of the last
  /// response of the model, `total` that of the whole thread.
  Optional<protocol::ThreadTokenUsage> usage{};
  /// The tokens of this turn, all its responses together; of a goal, of all its turns. Nothing if
  /// the runtime reported none.
  std::optional<protocol::TokenUsageBreakdown> turn_usage{};
  /// The tokens of each response of the model, oldest first; of more than 1000, the latest.
  std::vector<protocol::TokenUsageBreakdown> response_usages{};

  /// How many items are missing: the oldest, because all items together passed 256 MiB, and those
  /// that were larger than `CodexConfig::max_message_bytes`.
  std::uint64_t dropped_items = 0;
  /// How many items had started and not ended: running commands, messages in progress.
  std::uint64_t unfinished_items = 0;

  /// The share of the model's context window that the thread fills after this turn: 0.25 for a
  /// quarter, by the tokens of the last response. Near 1 the runtime compacts the thread, or the
  /// turn fails with `TurnFailureKind::context_window_exceeded`. Nothing if the runtime does not
  /// say how large the window is.
  [[nodiscard]] std::optional<double> context_used() const;
};

/// The runtime reports that the turn failed. `what()` is its message, secrets masked; the one in
/// `result().error` is unmasked.
class TurnFailedError : public InterruptedWork {
 public:
  /// From the turn's result.
  explicit TurnFailedError(TurnResult result);

  /// The turn's result up to the failure.
  [[nodiscard]] const TurnResult& result() const noexcept { return *collected(); }

  /// Why it failed; `other` if the runtime does not say.
  [[nodiscard]] TurnFailureKind kind() const;

  /// The HTTP status of the model provider's answer, if the runtime reports it.
  [[nodiscard]] std::optional<int> http_status() const;

 private:
  explicit TurnFailedError(std::shared_ptr<const TurnResult> result);
};

/// The answer of a turn does not fit the requested type, or there is none. `what()` says what is
/// wrong, and where, secrets masked; `text()` and `turn()` are unmasked.
class OutputParseError : public CodexError {
 public:
  /// Takes the path in the answer, the problem there, and the turn.
  OutputParseError(std::string path, std::string problem, TurnResult turn);

  /// The model's answer, unmasked; empty if there is none.
  [[nodiscard]] const std::string& text() const noexcept;
  /// The path in the answer: `items[2].city`; empty for the answer itself.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  /// What is wrong there: `expected string, got number`.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// The turn that gave the answer.
  [[nodiscard]] const TurnResult& turn() const noexcept { return *turn_; }

 private:
  std::string path_;
  std::string problem_;
  std::shared_ptr<const TurnResult> turn_;
};

/// An answer as a value, and the turn that gave it.
template <class T>
struct Parsed {
  /// The answer.
  T value;
  /// The turn that gave it; the last one, if the model had to answer again.
  TurnResult turn;
  /// The turns before it, whose answers did not fit (`TurnOptions::output_retries`), oldest first.
  std::vector<TurnResult> attempts{};
};

namespace detail {

/// Reads the turn's answer into a fresh value. Throws OutputParseError.
void read_answer(const TurnResult& turn, const Shape& shape, void* value);
/// The same. A turn whose answer does not fit goes to the attempts.
void read_attempt(const TurnResult& turn, const Shape& shape, void* value,
                  std::vector<TurnResult>& attempts);

}  // namespace detail

/// The events of a turn as they arrive, up to and including its `turn/completed`. Each stream has
/// its own position. For one thread at a time.
class TurnStream {
 public:
  TurnStream(TurnStream&&) noexcept;
  TurnStream& operator=(TurnStream&&) noexcept;
  ~TurnStream();

  /// Waits for the next event; nothing after `turn/completed`. A failed turn does not throw here:
  /// its `turn/completed` says so. Throws `TransportClosedError`, and `TimeoutError` or
  /// `CancelledError` from the turn's own options, after interrupting the turn.
  std::optional<Notification> next();

  /// How many events were dropped: deltas, because this stream was not read for so long that the
  /// turn's events passed `CodexConfig::event_buffer_bytes`, and what was larger than
  /// `CodexConfig::max_message_bytes`.
  [[nodiscard]] std::uint64_t dropped() const;

  using Iterator = detail::PullIterator<TurnStream, Notification>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  friend class TurnHandle;
  explicit TurnStream(std::shared_ptr<detail::TurnReader> reader);
  std::shared_ptr<detail::TurnReader> reader_;
};

/// A started turn. A cheap value: copies refer to the same turn, and each has its own position in
/// its events. Different threads may use different copies. A turn continues without any handle,
/// within its limits.
class TurnHandle {
 public:
  TurnHandle(const TurnHandle&);
  TurnHandle(TurnHandle&&) noexcept;
  TurnHandle& operator=(const TurnHandle&);
  TurnHandle& operator=(TurnHandle&&) noexcept;
  ~TurnHandle();

  /// The turn's id.
  [[nodiscard]] const std::string& id() const noexcept;
  /// The id of its thread.
  [[nodiscard]] const std::string& thread_id() const noexcept;

  /// The turn's events, from the moment its request was sent. A second stream of the same handle,
  /// or one after `run`, begins with the next event; if the turn has ended, that is only its
  /// `turn/completed`. Copy the handle first if both should see everything.
  [[nodiscard]] TurnStream stream();

  /// Waits for the end of the turn, whether or not its events are streamed as well, and returns its
  /// result. Throws `TurnFailedError` if it failed; `TimeoutError` and `CancelledError` from the
  /// turn's options, with the result so far; `TransportClosedError`. An interrupted turn does not
  /// throw.
  TurnResult run();

  /// As `run`, for a turn that was started with `.output_schema = codex::strict_schema_of<T>()`:
  /// reads its answer as a T. Throws `OutputParseError` if it does not fit, and the errors of
  /// `run`.
  template <Described T>
  Parsed<T> run_as() {
    Parsed<T> parsed{.value = {}, .turn = run()};
    detail::read_answer(parsed.turn, detail::shape_of<T>(), &parsed.value);
    return parsed;
  }

  /// Adds to the user's input while the turn runs (`turn/steer`); waits if it has not begun. Throws
  /// `InvalidRequestError` if it has ended.
  protocol::TurnSteerResponse steer(const Input& input, const CallOptions& options = {}) const;

  /// Asks the runtime to end the turn (`turn/interrupt`); `run` and `stream` then see it completed
  /// with status `interrupted`. A turn that has not begun ends as it begins. A running command is
  /// not ended. Throws `InvalidRequestError` if the turn has ended.
  protocol::TurnInterruptResponse interrupt(const CallOptions& options = {}) const;

 private:
  friend class Codex;
  friend class Thread;
  explicit TurnHandle(std::unique_ptr<detail::HandleState> state);
  std::unique_ptr<detail::HandleState> state_;
};

}  // namespace codex
