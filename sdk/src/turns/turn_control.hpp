#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <codex/input.hpp>

#include "connection/connection.hpp"
#include "connection/goal_relay.hpp"
#include "session/call.hpp"

namespace codex::detail {

/// How long the runtime is given to end a turn that nobody waits for.
constexpr std::chrono::seconds cleanup_timeout{30};

/// How a turn that was started is spoken to, whether the runtime runs it already or not. Its
/// operations complete as `Connection::start` does, with the text of the response. Thread-safe.
class TurnControl {
 public:
  TurnControl() = default;
  virtual ~TurnControl() = default;
  TurnControl(const TurnControl&) = delete;
  TurnControl(TurnControl&&) = delete;
  TurnControl& operator=(const TurnControl&) = delete;
  TurnControl& operator=(TurnControl&&) = delete;

  virtual void interrupt(const CallTerms& terms, Completion<std::string> completion) = 0;
  virtual void steer(const Input& input, const CallTerms& terms,
                     Completion<std::string> completion) = 0;
};

/// For a turn that the runtime knows by this id once it runs; `events` are those of the turn.
[[nodiscard]] std::shared_ptr<TurnControl> control_turn(std::weak_ptr<Connection> connection,
                                                        std::string thread_id, std::string turn_id,
                                                        std::shared_ptr<EventLog> events);

/// For a goal: whichever of its turns runs at the moment. Interrupting pauses the goal.
[[nodiscard]] std::shared_ptr<TurnControl> control_goal(std::weak_ptr<Connection> connection,
                                                        std::shared_ptr<GoalRelay> goal);

/// Interrupts the thread's running turn and the starts that were sent before, even those that the
/// runtime has not begun. Later starts are left alone. Callers may hold the router's lock.
void interrupt_thread(Connection& connection, const std::string& thread_id);

}  // namespace codex::detail
