#pragma once

#include <functional>
#include <memory>
#include <string>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/async/turn.hpp>
#include <codex/input.hpp>
#include <codex/options.hpp>

namespace codex {

namespace detail {
class AsyncCore;
class Client;
struct StartedTurn;
}  // namespace detail

namespace protocol {
struct ReviewTarget;
struct ThreadCompactStartResponse;
struct ThreadReadResponse;
struct ThreadSetNameResponse;
}  // namespace protocol

/// As `Thread`, awaitable: a cheap value that shares its client's connection. May be used from many
/// coroutines at once.
class AsyncThread {
 public:
  /// The thread's id.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }

  /// As `Thread::set_handlers`.
  void set_handlers(Handlers handlers) const;

  /// As `Thread::run`. A stop of the task, as by `with_timeout`, interrupts the turn like
  /// `TurnOptions::stop`; if the task is abandoned, the turn continues.
  Task<TurnResult> run(RunInput input, const TurnOptions& options = TurnOptions()) const;
  detail::BracedTask<TurnResult> run(RunInput input,
                                     TurnOptions&& options) const;  ///< The same.
  /// The same.
  template <detail::BracedItem Said>
  detail::BracedTask<TurnResult> run(Said&& said, TurnOptions options = TurnOptions()) const {
    return run(RunInput(std::move(said)), std::move(options));
  }

  /// As `Thread::run_as`.
  template <Described T>
  // NOLINTNEXTLINE(performance-unnecessary-value-param): is moved
  Task<Parsed<T>> run_as(RunInput input, const TurnOptions& options = TurnOptions()) const {
    const auto parsed = std::make_shared<Parsed<T>>();
    const auto read = [parsed](const TurnResult& turn) {
      parsed->value = T{};
      detail::read_attempt(turn, detail::shape_of<T>(), &parsed->value, parsed->attempts);
    };
    return at_home(detail::parsed_with(
        run_until_read(std::move(input), options, detail::shape_of<T>(), read), parsed));
  }
  /// The same.
  template <Described T>
  detail::BracedTask<Parsed<T>> run_as(RunInput input, TurnOptions&& options) const {
    return detail::BracedTask<Parsed<T>>(run_as<T>(std::move(input), options));
  }
  /// The same.
  template <Described T, detail::BracedItem Said>
  detail::BracedTask<Parsed<T>> run_as(Said&& said, TurnOptions options = TurnOptions()) const {
    return run_as<T>(RunInput(std::move(said)), std::move(options));
  }

  /// As `Thread::turn` (`turn/start`). If the task is abandoned before its end, the turn is never
  /// started, or interrupted.
  Task<AsyncTurnHandle> turn(RunInput input, const TurnOptions& options = TurnOptions()) const;
  detail::BracedTask<AsyncTurnHandle> turn(RunInput input,
                                           TurnOptions&& options) const;  ///< The same.
  /// The same.
  template <detail::BracedItem Said>
  detail::BracedTask<AsyncTurnHandle> turn(Said&& said, TurnOptions options = TurnOptions()) const {
    return turn(RunInput(std::move(said)), std::move(options));
  }

#if defined(__GNUC__)
  // As in Codex, and for clang too: there are two candidates, so it names no option, either.
  /// @cond
  template <class NoSuchOption = void>
  Task<TurnResult> run(RunInput input,
                       ...) const = delete;  // TurnOptions{...} says which option
  template <class NoSuchOption = void>
  Task<AsyncTurnHandle> turn(RunInput input,
                             ...) const = delete;  // TurnOptions{...} says which option
  /// @endcond
#endif

  /// As `Thread::current_turn`: `if (auto turn = co_await thread.current_turn())`.
  Task<std::optional<AsyncTurnHandle>> current_turn(
      const CallOptions& options = CallOptions()) const;
  detail::BracedTask<std::optional<AsyncTurnHandle>> current_turn(
      CallOptions&& options) const;  ///< The same.

  /// As `Thread::read` (`thread/read`).
  Task<protocol::ThreadReadResponse> read(
      const ThreadReadOptions& options = ThreadReadOptions()) const;
  detail::BracedTask<protocol::ThreadReadResponse> read(
      ThreadReadOptions&& options) const;  ///< The same.

  /// As `Thread::set_name` (`thread/name/set`).
  Task<protocol::ThreadSetNameResponse> set_name(std::string name,
                                                 const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::ThreadSetNameResponse> set_name(
      std::string name, CallOptions&& options) const;  ///< The same.

  /// As `Thread::compact` (`thread/compact/start`).
  Task<protocol::ThreadCompactStartResponse> compact(
      const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::ThreadCompactStartResponse> compact(
      CallOptions&& options) const;  ///< The same.

  /// As `Thread::review` (`review/start`).
  Task<AsyncTurnHandle> review(const protocol::ReviewTarget& target,
                               const ReviewOptions& options = ReviewOptions()) const;
  detail::BracedTask<AsyncTurnHandle> review(const protocol::ReviewTarget& target,
                                             ReviewOptions&& options) const;  ///< The same.
  /// The same.
  template <detail::BracedItem Target>
  detail::BracedTask<AsyncTurnHandle> review(Target&& target,
                                             ReviewOptions options = ReviewOptions()) const {
    return review(protocol::ReviewTarget(std::move(target)), std::move(options));
  }

  /// As `Thread::run_goal`.
  Task<TurnResult> run_goal(std::string objective,
                            const GoalOptions& options = GoalOptions()) const;
  detail::BracedTask<TurnResult> run_goal(std::string objective,
                                          GoalOptions&& options) const;  ///< The same.

  /// As `Thread::goal` (`thread/goal/set`).
  Task<AsyncTurnHandle> goal(std::string objective,
                             const GoalOptions& options = GoalOptions()) const;
  detail::BracedTask<AsyncTurnHandle> goal(std::string objective,
                                           GoalOptions&& options) const;  ///< The same.

 private:
  friend class AsyncCodex;
  AsyncThread(std::shared_ptr<detail::AsyncCore> core, std::shared_ptr<detail::Client> client,
              std::string id);
  Task<TurnResult> run_until_read(RunInput input, TurnOptions options, const detail::Shape& shape,
                                  std::function<void(const TurnResult&)> read) const;
  Task<AsyncTurnHandle> handle(Task<detail::StartedTurn> start) const;
  [[nodiscard]] const std::shared_ptr<const Executor>& executor() const noexcept;
  template <class T>
  Task<T> at_home(Task<T> task) const {
    return detail::TaskAccess::insist_on(std::move(task), executor());
  }

  std::shared_ptr<detail::AsyncCore> core_;
  std::shared_ptr<detail::Client> client_;
  std::string id_;
};

}  // namespace codex
