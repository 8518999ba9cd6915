#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include <codex/modes.hpp>
#include <codex/protocol/thread.hpp>
#include <codex/protocol/turn.hpp>

namespace codex {

/// Bounds for one call.
struct CallOptions {
  /// How long the call may take. Default: `CodexConfig::request_timeout`.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Ends the call early, with `CancelledError`.
  std::stop_token stop = {};
};

/// Options of `Codex::thread_start`. What is not set is left to the runtime's configuration.
struct ThreadStartOptions {
  /// Default: `auto_review`. Empty: what the runtime's configuration says.
  std::optional<ApprovalMode> approval_mode = ApprovalMode::auto_review;
  /// Replaces the model's base instructions.
  std::optional<std::string> base_instructions = {};
  /// Settings of the runtime for this thread, an object.
  Json config = {};
  /// The folder that the agent works in.
  std::optional<std::string> cwd = {};
  /// Instructions of yours that rank above the user's.
  std::optional<std::string> developer_instructions = {};
  /// Whether the thread leaves no trace on disk.
  std::optional<bool> ephemeral = {};
  /// The model: "gpt-5".
  std::optional<std::string> model = {};
  /// The provider of the model, by its name in the runtime's configuration.
  std::optional<std::string> model_provider = {};
  /// The model's manner.
  std::optional<protocol::Personality> personality = {};
  /// What commands may touch.
  std::optional<Sandbox> sandbox = {};
  /// The name of your service, for the runtime's own records.
  std::optional<std::string> service_name = {};
  /// The service tier of the thread's turns: "priority".
  std::optional<std::string> service_tier = {};
  /// Why the session starts.
  std::optional<protocol::ThreadStartSource> session_start_source = {};
  /// Who the thread is for.
  std::optional<protocol::ThreadSource> thread_source = {};

  /// Merged last into the params on the wire, so that it wins and no member of the protocol is out
  /// of reach. An object.
  Json extra_params = {};
  /// How long the call may take. Default: `CodexConfig::request_timeout`.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Ends the call early, with `CancelledError`.
  std::stop_token stop = {};
};

/// Options of `Thread::run` and `Thread::turn`. `approval_mode`, `cwd`, `effort`, `model`,
/// `personality`, `sandbox`, `service_tier` and `summary` hold for this turn and those after it;
/// the others for this turn only.
struct TurnOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  std::optional<ApprovalMode> approval_mode = {};
  /// The folder that the agent works in.
  std::optional<std::string> cwd = {};
  /// How hard the model thinks: "low", "medium", "high".
  std::optional<protocol::ReasoningEffort> effort = {};
  /// The model: "gpt-5".
  std::optional<std::string> model = {};
  /// A JSON Schema that the final answer must fit, an object.
  Json output_schema = {};
  /// The model's manner.
  std::optional<protocol::Personality> personality = {};
  /// What commands may touch. Replaces the configured policy whole: `workspace_write` has no
  /// further writable roots and no network.
  std::optional<Sandbox> sandbox = {};
  /// The service tier of this and later turns.
  std::optional<std::string> service_tier = {};
  /// What started the turn (`turnTrigger`): "automation".
  std::optional<std::string> source = {};
  /// How the model's reasoning is summarised.
  std::optional<protocol::ReasoningSummary> summary = {};
  /// The service tier of this turn alone (`serviceTierForTurn`).
  std::optional<std::string> turn_service_tier = {};

  /// Merged last into the params on the wire, so that it wins and no member of the protocol is out
  /// of reach. An object.
  Json extra_params = {};
  /// How long the whole turn may take. Then it is interrupted, whether anybody waits for it or not
  /// and also when no handle is left; `run` and streams throw `TimeoutError` with what was
  /// collected. Default: no limit but `inactivity_timeout` and `stop`.
  std::optional<std::chrono::milliseconds> timeout = {};
  /// Interrupts the turn in the same way; `run` and streams then throw `CancelledError`.
  std::stop_token stop = {};
  /// How long the runtime may be silent about the turn; then as with `timeout`. Default: 30
  /// minutes, so that no wait is without a bound.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

/// Options of `Thread::review`.
struct ReviewOptions {
  /// As those of `TurnOptions`.
  Json extra_params = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::stop_token stop = {};
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

/// Options of `Thread::goal` and `Thread::run_goal`.
struct GoalOptions {
  /// How many tokens the runtime may spend on the goal. Default: no limit.
  std::optional<std::int64_t> token_budget = {};

  /// As those of `TurnOptions`, but that `timeout` bounds the goal as a whole.
  Json extra_params = {};
  std::optional<std::chrono::milliseconds> timeout = {};
  std::stop_token stop = {};
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

}  // namespace codex
