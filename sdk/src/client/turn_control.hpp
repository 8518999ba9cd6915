#pragma once

#include <memory>
#include <string>

#include <codex/input.hpp>

#include "client/call.hpp"
#include "connection/connection.hpp"
#include "connection/goal_relay.hpp"

namespace codex::detail {

/// How a turn that runs is spoken to. Its operations complete as `Connection::start` does, with the
/// text of the response. Thread-safe.
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

/// For a turn that the runtime knows by this id, as long as it runs.
[[nodiscard]] std::shared_ptr<TurnControl> control_turn(std::weak_ptr<Connection> connection,
                                                        std::string thread_id, std::string turn_id);

/// For a goal: whichever of its turns runs at the moment. Interrupting pauses the goal.
[[nodiscard]] std::shared_ptr<TurnControl> control_goal(std::weak_ptr<Connection> connection,
                                                        std::shared_ptr<GoalRelay> goal);

}  // namespace codex::detail
