#pragma once

#include <memory>
#include <string>

#include <codex/async/task.hpp>
#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/protocol/review.hpp>

#include "connection/subscription.hpp"
#include "session/client_core.hpp"
#include "turns/turn_state.hpp"

/// The three ways to start a turn. They throw as the functions of `Thread` say.
namespace codex::detail {

/// A turn that runs, and the place of its first event.
struct StartedTurn {
  std::shared_ptr<TurnState> turn;
  Subscription place;
};

Task<StartedTurn> start_turn(std::shared_ptr<const Client> client, std::string thread_id,
                             RunInput input, TurnOptions options);

Task<StartedTurn> start_review(std::shared_ptr<const Client> client, std::string thread_id,
                               protocol::ReviewTarget target, ReviewOptions options);

Task<StartedTurn> start_goal(std::shared_ptr<const Client> client, std::string thread_id,
                             std::string objective, GoalOptions options);

}  // namespace codex::detail
