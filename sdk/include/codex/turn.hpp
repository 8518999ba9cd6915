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

/// What a turn came to.
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
  /// The last token usage that the runtime told of this turn.
  Optional<protocol::ThreadTokenUsage> usage{};

  /// How many items are missing: the oldest, because all items together passed 256 MiB, and those
  /// that were larger than `CodexConfig::max_message_bytes`.
  std::uint64_t dropped_items = 0;
  /// How many items had begun and not ended: commands that ran, messages that were being written.
  std::uint64_t unfinished_items = 0;
};

/// The runtime reports that the turn failed. `what()` is its message, secrets masked; that in
/// `result().error` is as it came.
class TurnFailedError : public CodexError {
 public:
  /// With what the turn came to.
  explicit TurnFailedError(TurnResult result);

  /// What the turn came to before it failed.
  [[nodiscard]] const TurnResult& result() const noexcept { return *result_; }

  /// Why it failed; `other` where the runtime does not say.
  [[nodiscard]] TurnFailureKind kind() const;

  /// The HTTP status with which the model's provider answered, where the runtime passes it on.
  [[nodiscard]] std::optional<int> http_status() const;

 private:
  std::shared_ptr<const TurnResult> result_;
};

/// The answer of a turn does not fit the type that it was asked for, or there is none. `what()`
/// says what is wrong, and where, secrets masked; `text()` and `turn()` are as the model gave them.
class OutputParseError : public CodexError {
 public:
  /// With the place in the answer, what is wrong there, and the turn.
  OutputParseError(std::string path, std::string problem, TurnResult turn);

  /// The answer as the model gave it; empty when there is none.
  [[nodiscard]] const std::string& text() const noexcept;
  /// Where in it: `items[2].city`; empty for the answer itself.
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
  /// The turn that gave it; the last one, where the model had to answer again.
  TurnResult turn;
};

namespace detail {

/// Reads the turn's answer into a fresh value. Throws OutputParseError.
void read_answer(const TurnResult& turn, const Shape& shape, void* value);

}  // namespace detail

/// The events of a turn as they come, up to and including its `turn/completed`. Each stream has a
/// place of its own in them. For one thread at a time.
class TurnStream {
 public:
  TurnStream(TurnStream&&) noexcept;
  TurnStream& operator=(TurnStream&&) noexcept;
  ~TurnStream();

  /// Waits for the next event; nothing after `turn/completed`. A failed turn does not throw here:
  /// its `turn/completed` says so. Throws `TransportClosedError`, and `TimeoutError` or
  /// `CancelledError` by the turn's own options, after it interrupted the turn.
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

/// A turn that was started. A cheap value: copies stand for the same turn, and each has its own
/// place in its events. Different copies may be used on different threads. A turn runs on when its
/// handles are gone, within its limits.
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
  /// and one after `run`, begins with what comes next; when the turn is over, that is its
  /// `turn/completed` alone. Copy the handle before, where both shall see all.
  [[nodiscard]] TurnStream stream();

  /// Waits for the end of the turn, whether its events are streamed as well or not, and tells what
  /// it came to. Throws `TurnFailedError` when it failed; `TimeoutError` and `CancelledError`, by
  /// the turn's options, which carry what was collected; `TransportClosedError`. An interrupted
  /// turn does not throw.
  TurnResult run();

  /// As `run`, for a turn that was started with `.output_schema = codex::strict_schema_of<T>()`:
  /// reads its answer as a T. Throws `OutputParseError` when it does not fit, and as `run` does.
  template <Described T>
  Parsed<T> run_as() {
    Parsed<T> parsed{.value = {}, .turn = run()};
    detail::read_answer(parsed.turn, detail::shape_of<T>(), &parsed.value);
    return parsed;
  }

  /// Adds to what the user said while the turn runs (`turn/steer`); before it begins, waits for
  /// that. Throws `InvalidRequestError` when it has ended.
  protocol::TurnSteerResponse steer(const Input& input, const CallOptions& options = {});

  /// Asks the runtime to end the turn (`turn/interrupt`); `run` and `stream` then see it completed
  /// with status `interrupted`. A turn that has not begun ends as it begins. A command that runs is
  /// not ended by that. Throws `InvalidRequestError` when the turn has ended.
  protocol::TurnInterruptResponse interrupt(const CallOptions& options = {});

 private:
  friend class Thread;
  explicit TurnHandle(std::unique_ptr<detail::HandleState> state);
  std::unique_ptr<detail::HandleState> state_;
};

}  // namespace codex
