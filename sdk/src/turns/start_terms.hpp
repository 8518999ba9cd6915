#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <codex/errors.hpp>

#include "session/call.hpp"
#include "turns/turn_start.hpp"

/// What all ways to start a turn have in common.
namespace codex::detail {

/// The start itself has the time of a request, and no more than the whole turn.
template <class Options>
CallTerms start_terms(const Options& options, const CodexConfig& config, TimePoint started) {
  InputCheck::no_null(options.timeout, "timeout");
  const std::chrono::milliseconds time = config.request_timeout;
  return {.deadline = deadline_after(started, std::min(options.timeout.value_or(time), time)),
          .stop = options.stop};
}

template <class Options>
TurnLimits limits_of(const Options& options, TimePoint started) {
  return {
      .deadline = options.timeout ? deadline_after(started, *options.timeout) : TimePoint::max(),
      .inactivity = options.inactivity_timeout,
      .stop = options.stop};
}

/// Where time runs out after a turn's request was sent, the error carries a result, as it does for
/// every turn.
inline Task<std::string> with_result(std::string turn_id, Task<std::string> start) {
  const auto nothing = [&] {
    return std::make_shared<const TurnResult>(TurnResult{.id = turn_id});
  };
  try {
    co_return co_await start;
  } catch (const TimeoutError& error) {
    if (!error.was_sent()) throw;
    throw TimeoutError(error.what(), nothing());
  } catch (const CancelledError& error) {
    if (!error.was_sent()) throw;
    throw CancelledError(error.what(), nothing());
  }
}

/// Does something at the end of its scope, also where that is a coroutine that is given up.
class AtExit {
 public:
  explicit AtExit(std::function<void()> action) : action_(std::move(action)) {}
  AtExit(const AtExit&) = delete;
  AtExit(AtExit&&) = delete;
  AtExit& operator=(const AtExit&) = delete;
  AtExit& operator=(AtExit&&) = delete;
  ~AtExit() {
    if (action_) action_();
  }
  void cancel() noexcept { action_ = nullptr; }

 private:
  std::function<void()> action_;
};

inline StartedTurn follow(const Client& client, TurnState::Turn turn, TurnLimits limits,
                          Subscription events) {
  auto state =
      TurnState::follow(std::move(turn), std::move(limits), client.connection().timers(), events);
  client.live_turns().add(state);
  return {std::move(state), std::move(events)};
}

}  // namespace codex::detail
