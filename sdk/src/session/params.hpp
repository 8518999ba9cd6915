#pragma once

#include <string>

#include <codex/input.hpp>
#include <codex/options.hpp>
#include <codex/protocol/review.hpp>

#include "runtime/feature_gate.hpp"

/// Turns the options of the ergonomic API into params on the wire.
namespace codex::detail {

// The params of the methods, as JSON text, without the options' extra_params. They throw CodexError
// for options that must be an object and are none.
std::string thread_start_params(const ThreadStartOptions& options);
std::string thread_resume_params(const std::string& thread_id, const ThreadResumeOptions& options);
std::string thread_fork_params(const std::string& thread_id, const ThreadForkOptions& options);
std::string thread_read_params(const std::string& thread_id, const ThreadReadOptions& options);
std::string thread_list_params(const ThreadListOptions& options);
std::string turn_start_params(const std::string& thread_id, const RunInput& input,
                              const TurnOptions& options);

/// Leaves the turns out of the response where the app has not said what it wants: the SDK does not
/// use them. Before 0.151.0 that is an experiment.
template <class Options>
void leave_out_turns(const FeatureGate& gate, Options& options) {
  constexpr VersionNumbers can_exclude_turns{0, 151, 0};
  const bool is_default = options.include_turns.is_absent();
  if (is_default && gate.runtime().is_at_least(can_exclude_turns)) options.include_turns = false;
}

/// The params of review/start.
std::string review_start_params(const std::string& thread_id, const protocol::ReviewTarget& target,
                                const ReviewOptions& options);

/// The params of thread/goal/set that set the thread's goal.
std::string goal_set_params(const std::string& thread_id, const std::string& objective,
                            const GoalOptions& options);

/// Merges extra_params into params, which they override. Throws CodexError if they are no object.
std::string with_extra(std::string params, const Json& extra);

/// The text of the app's JSON. Throws CodexError, which names the place in `what`, if a text in it
/// is not UTF-8: it may be a path, and would become another one.
std::string text_of(const Json& json, const std::string& what);

std::vector<protocol::UserInput> user_inputs(const Input& input);

}  // namespace codex::detail
