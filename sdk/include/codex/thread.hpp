#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/turn.hpp>

namespace codex {

struct HandlerContext;

namespace detail {
class Client;
struct StartedTurn;
}  // namespace detail

namespace protocol {
struct ReviewTarget;
struct ThreadCompactStartResponse;
struct ThreadReadResponse;
struct ThreadSetNameResponse;
}  // namespace protocol

/// A conversation. A cheap value that shares its client's connection; after `Codex::close` each
/// call throws `TransportClosedError`. May be used from many threads at once.
class Thread {
 public:
  /// The thread's id, by which it is resumed, forked and archived.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// Sets the handlers of the requests about this thread, replacing earlier ones. Members that are
  /// not set fall back to `CodexConfig::handlers`, which also get the requests of sub-agents'
  /// threads. The handlers stay until the thread is archived, deleted or closed, or the client
  /// closes, even if no `Thread` is left; requests that are being handled keep their handler.
  void set_handlers(Handlers handlers) const;

  /// Runs a turn to its end: `turn(...)` and `TurnHandle::run()`.
  TurnResult run(const RunInput& input, const TurnOptions& options = {}) const;

  /// Runs a turn whose answer is a T, a struct with a CODEX_DESCRIBE: sets `output_schema` to its
  /// strict schema, unless you set one, and reads the answer as a T. Throws `OutputParseError` if
  /// it does not fit, after `TurnOptions::output_retries` further turns, and the errors of `run`.
  ///
  ///     auto parsed = thread.run_as<Place>("Where should I go?");
  ///     parsed.value.city;  parsed.turn.usage;
  template <Described T>
  Parsed<T> run_as(const RunInput& input, const TurnOptions& options = {}) const {
    Parsed<T> parsed{};
    parsed.turn =
        run_until_read(input, options, detail::shape_of<T>(), [&](const TurnResult& turn) {
          parsed.value = T{};
          detail::read_attempt(turn, detail::shape_of<T>(), &parsed.value, parsed.attempts);
        });
    return parsed;
  }

  /// Starts a turn (`turn/start`). On a thread with a running turn, the input joins that turn, and
  /// the handle has its id. Throws `InvalidRequestError` and the other errors of the runtime,
  /// `TimeoutError`, `CancelledError`, `TransportClosedError`.
  [[nodiscard]] TurnHandle turn(const RunInput& input, const TurnOptions& options = {}) const;

#if defined(__GNUC__) && !defined(__clang__)
  // As in Codex.
  /// @cond
  template <class NoSuchOption = void>
  TurnResult run(const RunInput& input,
                 ...) const = delete;  // TurnOptions{...} says which option
  template <class NoSuchOption = void>
  TurnHandle turn(const RunInput& input,
                  ...) const = delete;  // TurnOptions{...} says which option
  /// @endcond
#endif

  /// The turn that runs on this thread now, whoever started it; nothing if none runs. Of a turn of
  /// this client, another handle. A turn of another client is taken up (`thread/resume`, then
  /// `thread/turns/list`; the `timeout` applies to each): `stream` has its events from now on,
  /// `run` and `run_as` its whole result, with the items that were complete before; `turn_usage`
  /// and `response_usages` are not known then. It can be steered and interrupted. Until it is taken
  /// up, its events are among `Codex::notifications`.
  ///
  /// What a message had said before now is in no stream; its item has all of it when it completes.
  [[nodiscard]] std::optional<TurnHandle> current_turn(const CallOptions& options = {}) const;

  /// What the runtime has stored of the thread (`thread/read`).
  [[nodiscard]] protocol::ThreadReadResponse read(const ThreadReadOptions& options = {}) const;

  /// Gives the thread a name for people (`thread/name/set`).
  protocol::ThreadSetNameResponse set_name(const std::string& name,
                                           const CallOptions& options = {}) const;

  /// Makes the runtime replace the thread's history with a summary (`thread/compact/start`).
  /// Returns once that has begun; it is a separate turn.
  protocol::ThreadCompactStartResponse compact(const CallOptions& options = {}) const;

  /// Starts a review (`review/start`) of the changes that the target names, such as
  /// `protocol::UncommittedChangesReviewTarget{}`. A normal turn, except that it cannot be steered;
  /// its `final_response` is the review as text. Its `turn/started` carries the id under which the
  /// runtime runs it, all other events that of the handle. Throws like `turn`.
  [[nodiscard]] TurnHandle review(const protocol::ReviewTarget& target,
                                  const ReviewOptions& options = {}) const;

  /// Pursues a goal to its end: `goal(...)` and `TurnHandle::run()`.
  TurnResult run_goal(std::string_view objective, const GoalOptions& options = {}) const;

  /// Sets the thread's goal, replacing an older one, and makes the runtime pursue it
  /// (`thread/goal/set`): turn by turn, on its own, until the goal is reached, blocked, out of
  /// budget or cleared. The handle shows all these turns as one, with the id of the first;
  /// `interrupt` pauses the goal, `steer` goes to the running turn.
  ///
  /// Until then the thread takes no other turns, even if no handle is left. Throws
  /// `InvalidRequestError` if the thread is busy, ephemeral or already has a goal, `CodexError` for
  /// an objective that is empty or longer than 4000 characters, and the errors of `turn`.
  [[nodiscard]] TurnHandle goal(std::string_view objective, const GoalOptions& options = {}) const;

 private:
  friend class Codex;
  friend struct HandlerContext;
  Thread(std::shared_ptr<detail::Client> client, std::string id);
  [[nodiscard]] TurnHandle handle(detail::StartedTurn started) const;
  TurnResult run_until_read(const RunInput& input, const TurnOptions& options,
                            const detail::Shape& shape,
                            const std::function<void(const TurnResult&)>& read) const;

  std::shared_ptr<detail::Client> client_;
  std::string id_;
};

}  // namespace codex
