#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/protocol/review.hpp>

#include "client/client_core.hpp"
#include "client/turn_state.hpp"
#include "connection/subscription.hpp"

/// The three ways to start a turn. They throw as the functions of `Thread` say.
namespace codex::detail {

/// A turn that runs, and the place of its first event.
struct StartedTurn {
  std::shared_ptr<TurnState> turn;
  Subscription place;
};

StartedTurn start_turn(const Client& client, const std::string& thread_id, const RunInput& input,
                       const TurnOptions& options);

StartedTurn start_review(const Client& client, const std::string& thread_id,
                         const protocol::ReviewTarget& target, const ReviewOptions& options);

StartedTurn start_goal(const Client& client, const std::string& thread_id,
                       std::string_view objective, const GoalOptions& options);

}  // namespace codex::detail
