#pragma once

#include <string>

#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/protocol/review.hpp>

/// From the options of the ergonomic API to params on the wire.
namespace codex::detail {

/// The params of thread/start, as JSON text. Throws CodexError for options that are no object where
/// they must be one.
std::string thread_start_params(const ThreadStartOptions& options);

/// The params of turn/start.
std::string turn_start_params(const std::string& thread_id, const Input& input,
                              const TurnOptions& options);

/// The params of review/start.
std::string review_start_params(const std::string& thread_id, const protocol::ReviewTarget& target,
                                const ReviewOptions& options);

/// The params of thread/goal/set that make it the thread's goal.
std::string goal_set_params(const std::string& thread_id, const std::string& objective,
                            const GoalOptions& options);

std::vector<protocol::UserInput> user_inputs(const Input& input);

}  // namespace codex::detail
