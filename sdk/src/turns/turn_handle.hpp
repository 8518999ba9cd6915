#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/turn.hpp>

#include "connection/subscription.hpp"
#include "session/client_core.hpp"
#include "turns/turn_start.hpp"
#include "turns/turn_state.hpp"

namespace codex::detail {

/// What a stream reads: a turn, from a place of its own on.
struct TurnReader {
  std::shared_ptr<TurnState> turn;
  Subscription events;
};

/// A place in a turn's events, until a stream takes it or a `run` lets go of it. Thread-safe, as a
/// task that runs may begin elsewhere.
class OpenPlace {
 public:
  explicit OpenPlace(std::optional<Subscription> place) : place_(std::move(place)) {}
  [[nodiscard]] std::shared_ptr<OpenPlace> copy() const {
    owner_.check();
    const std::lock_guard lock(mutex_);
    return std::make_shared<OpenPlace>(place_ ? std::optional(place_->fork()) : std::nullopt);
  }
  std::optional<Subscription> take() {
    owner_.check();
    const std::lock_guard lock(mutex_);
    return std::exchange(place_, std::nullopt);
  }

 private:
  const OwnerProcess owner_;
  mutable std::mutex mutex_;
  std::optional<Subscription> place_;
};

/// A handle's share in its turn, and its own place in the events.
struct HandleState {
  std::shared_ptr<const Client> client;
  std::shared_ptr<TurnState> turn;
  std::shared_ptr<OpenPlace> place;

  [[nodiscard]] static HandleState of(std::shared_ptr<const Client> client, StartedTurn started) {
    return {std::move(client), std::move(started.turn),
            std::make_shared<OpenPlace>(std::move(started.place))};
  }

  [[nodiscard]] HandleState copy() const { return {client, turn, place->copy()}; }
  [[nodiscard]] Subscription take_place() {
    if (auto taken = place->take()) return *std::move(taken);
    return turn->subscribe();
  }
};

/// The stream's next event; see TurnState::next.
Task<NextEvent> next_event_of(std::shared_ptr<TurnReader> reader);

/// Waits for the turn's end and tells what it came to; see TurnHandle::run. Holds no events back
/// for a stream that nobody has asked for.
Task<TurnResult> result_of(std::shared_ptr<TurnState> turn, std::shared_ptr<OpenPlace> place);

/// Starts a turn and sees it to its end, which a stop of the coroutine brings about as
/// TurnOptions::stop does.
Task<TurnResult> run_turn(std::shared_ptr<const Client> client, std::string thread_id,
                          RunInput input, TurnOptions options);
Task<TurnResult> run_goal(std::shared_ptr<const Client> client, std::string thread_id,
                          std::string objective, GoalOptions options);

/// The same, until `read` takes the answer; see Thread::run_as.
Task<TurnResult> run_until_read(std::shared_ptr<const Client> client, std::string thread_id,
                                RunInput input, TurnOptions options, const Shape& shape,
                                std::function<void(const TurnResult&)> read);

Task<protocol::TurnSteerResponse> steer(std::shared_ptr<const Client> client,
                                        std::shared_ptr<TurnState> turn, Input input,
                                        CallOptions options);
Task<protocol::TurnInterruptResponse> interrupt(std::shared_ptr<const Client> client,
                                                std::shared_ptr<TurnState> turn,
                                                CallOptions options);

}  // namespace codex::detail
