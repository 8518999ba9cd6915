#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/turn.hpp>

namespace codex {

namespace detail {

class AsyncCore;

/// Reads the answer of a turn as a T.
template <Described T>
Task<Parsed<T>> parsed_as(Task<TurnResult> turn) {
  TurnResult result = co_await turn;  // not in the braces, since g++ 12 destroys it twice there
  Parsed<T> parsed{.value = {}, .turn = std::move(result)};
  read_answer(parsed.turn, shape_of<T>(), &parsed.value);
  co_return parsed;
}

/// The turn with its answer, which is read by its end.
template <class T>
Task<Parsed<T>> parsed_with(Task<TurnResult> turn, std::shared_ptr<Parsed<T>> parsed) {
  parsed->turn = co_await turn;
  co_return std::move(*parsed);
}

}  // namespace detail

/// As `TurnStream`, awaitable: `while (auto event = co_await stream.next())`.
class AsyncTurnStream {
 public:
  AsyncTurnStream(AsyncTurnStream&&) noexcept;
  AsyncTurnStream& operator=(AsyncTurnStream&&) noexcept;
  ~AsyncTurnStream();

  /// As `TurnStream::next`. A wait that is dropped or stopped loses no event: the next one returns
  /// it. One wait at a time.
  Task<std::optional<Notification>> next();

  /// As `TurnStream::dropped`.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  friend class AsyncTurnHandle;
  AsyncTurnStream(std::shared_ptr<detail::AsyncCore> core,
                  std::shared_ptr<detail::TurnReader> reader);
  std::shared_ptr<detail::AsyncCore> core_;
  std::shared_ptr<detail::TurnReader> reader_;
};

/// As `TurnHandle`, awaitable: a cheap value, whose copies refer to the same turn and each have
/// their own position in its events.
class AsyncTurnHandle {
 public:
  AsyncTurnHandle(const AsyncTurnHandle&);
  AsyncTurnHandle(AsyncTurnHandle&&) noexcept;
  AsyncTurnHandle& operator=(const AsyncTurnHandle&);
  AsyncTurnHandle& operator=(AsyncTurnHandle&&) noexcept;
  ~AsyncTurnHandle();

  /// The turn's id.
  [[nodiscard]] const std::string& id() const noexcept;
  /// The id of its thread.
  [[nodiscard]] const std::string& thread_id() const noexcept;

  /// As `TurnHandle::stream`.
  [[nodiscard]] AsyncTurnStream stream();

  /// As `TurnHandle::run`. Stopping or abandoning the task ends only this wait; the turn continues.
  Task<TurnResult> run();

  /// As `TurnHandle::run_as`.
  template <Described T>
  Task<Parsed<T>> run_as() {
    return at_home(detail::parsed_as<T>(run()));
  }

  /// As `TurnHandle::steer` (`turn/steer`).
  Task<protocol::TurnSteerResponse> steer(Input input,
                                          const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::TurnSteerResponse> steer(
      Input input, CallOptions&& options) const;  ///< The same.
  /// The same.
  template <detail::BracedItem Said>
  detail::BracedTask<protocol::TurnSteerResponse> steer(Said&& said,
                                                        CallOptions options = CallOptions()) const {
    return steer(Input(std::move(said)), std::move(options));
  }

  /// As `TurnHandle::interrupt` (`turn/interrupt`).
  Task<protocol::TurnInterruptResponse> interrupt(const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::TurnInterruptResponse> interrupt(
      CallOptions&& options) const;  ///< The same.

 private:
  friend class AsyncCodex;
  friend class AsyncThread;
  AsyncTurnHandle(std::shared_ptr<detail::AsyncCore> core,
                  std::unique_ptr<detail::HandleState> state);
  [[nodiscard]] const std::shared_ptr<const Executor>& executor() const noexcept;
  template <class T>
  Task<T> at_home(Task<T> task) const {
    return detail::TaskAccess::insist_on(std::move(task), executor());
  }

  std::shared_ptr<detail::AsyncCore> core_;
  std::unique_ptr<detail::HandleState> state_;
};

}  // namespace codex
