#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/modes.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/protocol/support/optional.hpp>
#include <codex/tool.hpp>

// Options are `Optional`s, which compilers read faster than std::optional of as many types. Not so
// those of bool: `std::optional<bool>(option)` would ask an Optional whether it has a value.

namespace codex {

/// Options that every request has.
struct CallOptions {
  /// Merged last into the params on the wire, so that it wins and no member of the protocol is out
  /// of reach. An object.
  Json extra_params{};
  /// How long the call may take. Default: `CodexConfig::request_timeout`.
  Optional<std::chrono::milliseconds> timeout{};
  /// Ends the call early, with `CancelledError`.
  std::stop_token stop{};
};

/// Bounds for waiting.
struct WaitOptions {
  /// How long to wait before `TimeoutError`. The default is that of the call.
  Optional<std::chrono::milliseconds> timeout{};
  /// Ends the wait early, with `CancelledError`.
  std::stop_token stop{};
};

/// Options of `Codex::thread_start`. What is not set is left to the runtime's configuration.
struct ThreadStartOptions {
  /// Default: `auto_review`. Empty: what the runtime's configuration says.
  Optional<ApprovalMode> approval_mode = ApprovalMode::auto_review;
  /// Replaces the model's base instructions.
  Optional<std::string> base_instructions{};
  /// Settings of the runtime for this thread, an object.
  Json config{};
  /// The folder that the agent works in: an absolute path. One that does not exist is a
  /// `CodexError`, and nothing is sent.
  Optional<std::string> cwd{};
  /// Instructions of yours that rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the thread leaves no trace on disk.
  std::optional<bool> ephemeral{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// The provider of the model, by its name in the runtime's configuration.
  Optional<std::string> model_provider{};
  /// The model's manner.
  Optional<protocol::Personality> personality{};
  /// What commands may touch.
  Optional<Sandbox> sandbox{};
  /// The name of your service, for the runtime's own records.
  Optional<std::string> service_name{};
  /// The service tier of the thread's turns: "priority".
  Optional<std::string> service_tier{};
  /// Why the session starts.
  Optional<protocol::ThreadStartSource> session_start_source{};
  /// Who the thread is for.
  Optional<protocol::ThreadSource> thread_source{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
  /// Functions of yours that the model may call. Experimental in the protocol: needs
  /// `CodexConfig::experimental_api`. The runtime keeps the thread's tools across restarts; the
  /// functions have to come along with each `thread_resume` by another client.
  std::vector<Tool> tools{};
  /// Answers to the requests about this thread; see `Thread::set_handlers`.
  Handlers handlers{};
};

/// Options of `Codex::thread_resume`. What is not set stays as the thread has it.
struct ThreadResumeOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  Optional<ApprovalMode> approval_mode{};
  /// Replaces the model's base instructions.
  Optional<std::string> base_instructions{};
  /// Settings of the runtime for this thread, an object.
  Json config{};
  /// The folder that the agent works in: an absolute path. One that does not exist is a
  /// `CodexError`, and nothing is sent.
  Optional<std::string> cwd{};
  /// Instructions of yours that rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the runtime loads all turns of the thread into its answer (`excludeTurns` on the wire,
  /// the other way round). The SDK does not use them: `Codex::all<requests::ThreadTurnsList>` reads
  /// them page by page. Default: no from runtime 0.151.0 on, and yes with older ones, which take
  /// `false` only with `CodexConfig::experimental_api`.
  std::optional<bool> include_turns{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// The provider of the model, by its name in the runtime's configuration.
  Optional<std::string> model_provider{};
  /// The model's manner.
  Optional<protocol::Personality> personality{};
  /// What commands may touch.
  Optional<Sandbox> sandbox{};
  /// The service tier of the thread's turns: "priority".
  Optional<std::string> service_tier{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
  /// The functions behind the tools with which the thread was started; which tools it has cannot be
  /// changed any more. Empty: those that this client has for it.
  std::vector<Tool> tools{};
  /// As in `ThreadStartOptions`; in place from before the thread is loaded.
  Handlers handlers{};
};

/// Options of `Codex::thread_fork`. What is not set is taken over from the thread that is forked.
struct ThreadForkOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  Optional<ApprovalMode> approval_mode{};
  /// Replaces the model's base instructions.
  Optional<std::string> base_instructions{};
  /// Settings of the runtime for this thread, an object.
  Json config{};
  /// The folder that the agent works in: an absolute path. One that does not exist is a
  /// `CodexError`, and nothing is sent.
  Optional<std::string> cwd{};
  /// Instructions of yours that rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the thread leaves no trace on disk.
  std::optional<bool> ephemeral{};
  /// As in `ThreadResumeOptions`.
  std::optional<bool> include_turns{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// The provider of the model, by its name in the runtime's configuration.
  Optional<std::string> model_provider{};
  /// What commands may touch.
  Optional<Sandbox> sandbox{};
  /// The service tier of the thread's turns: "priority".
  Optional<std::string> service_tier{};
  /// Who the thread is for.
  Optional<protocol::ThreadSource> thread_source{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
  /// The functions behind the tools of the thread that is forked, which the fork has, too. Empty:
  /// those that this client has for that thread.
  std::vector<Tool> tools{};
  /// As in `ThreadStartOptions`. The handlers of the thread that is forked are not taken over.
  Handlers handlers{};
};

/// Options of `Codex::thread_list` and `Codex::threads`. What is not set filters nothing out.
struct ThreadListOptions {
  /// Archived threads, or those that are not. Default: false.
  std::optional<bool> archived{};
  /// Where to begin: `next_cursor` of the page before.
  Optional<std::string> cursor{};
  /// Threads of this folder, or of one of these.
  Optional<protocol::ThreadListCwdFilter> cwd{};
  /// How many threads a page has at most.
  Optional<std::uint32_t> limit{};
  /// Threads of these model providers.
  // Not an Optional, which would take `{{"a", "b"}}` for one string between two addresses.
  std::optional<std::vector<std::string>> model_providers{};
  /// Threads whose title contains this.
  Optional<std::string> search_term{};
  /// Threads of this section; `codex::null`: those in none.
  Optional<std::string> section_id{};
  /// Default: descending, the newest first.
  Optional<protocol::SortDirection> sort_direction{};
  /// Default: when the thread was created.
  Optional<protocol::ThreadSortKey> sort_key{};
  /// Threads that came from one of these. Default: the interactive ones.
  Optional<std::vector<protocol::ThreadSourceKind>> source_kinds{};
  /// Whether to believe the runtime's index without looking at the threads' files.
  std::optional<bool> use_state_db_only{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Thread::read`.
struct ThreadReadOptions {
  /// Whether to read the thread's turns with all their items, too.
  bool include_turns = false;

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Codex::models`.
struct ModelListOptions {
  /// Whether to list models that are not meant to be chosen by users, too.
  bool include_hidden = false;

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Codex::account`.
struct AccountOptions {
  /// Whether to have the runtime renew its token first.
  bool refresh_token = false;

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Thread::run` and `Thread::turn`. `approval_mode`, `cwd`, `effort`, `model`,
/// `personality`, `sandbox`, `service_tier` and `summary` hold for this turn and those after it;
/// the others for this turn only.
struct TurnOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  Optional<ApprovalMode> approval_mode{};
  /// The folder that the agent works in: an absolute path. One that does not exist is a
  /// `CodexError`, and nothing is sent.
  Optional<std::string> cwd{};
  /// How hard the model thinks: "low", "medium", "high". One that no model of the runtime has is a
  /// `CodexError`, and nothing is sent; `extra_params` pass on any.
  Optional<protocol::ReasoningEffort> effort{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// A JSON Schema that the final answer must fit, an object.
  Json output_schema{};
  /// The model's manner.
  Optional<protocol::Personality> personality{};
  /// What commands may touch. Replaces the configured policy whole: `workspace_write` has no
  /// further writable roots and no network.
  Optional<Sandbox> sandbox{};
  /// The service tier of this and later turns.
  Optional<std::string> service_tier{};
  /// What started the turn (`turnTrigger`): "automation".
  Optional<std::string> source{};
  /// How the model's reasoning is summarised.
  Optional<protocol::ReasoningSummary> summary{};
  /// The service tier of this turn alone (`serviceTierForTurn`).
  Optional<std::string> turn_service_tier{};

  /// Merged last into the params on the wire, so that it wins and no member of the protocol is out
  /// of reach. An object.
  Json extra_params{};
  /// How long the whole turn may take. Then it is interrupted, whether anybody waits for it or not
  /// and also when no handle is left; `run` and streams throw `TimeoutError` with what was
  /// collected. Default: no limit but `inactivity_timeout` and `stop`.
  Optional<std::chrono::milliseconds> timeout{};
  /// Interrupts the turn in the same way; `run` and streams then throw `CancelledError`.
  std::stop_token stop{};
  /// How long the runtime may be silent about the turn; then as with `timeout`. Default: 30
  /// minutes, so that no wait is without a bound.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
  /// For `Thread::run_as` alone: how often the model may answer again, in a turn of its own, after
  /// an answer that does not fit. It is told what was wrong. `timeout` bounds all of these turns
  /// together.
  int output_retries = 0;
};

/// Options of `Thread::review`.
struct ReviewOptions {
  /// As those of `TurnOptions`.
  Json extra_params{};
  /// As in `TurnOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `TurnOptions`.
  std::stop_token stop{};
  /// As in `TurnOptions`.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

/// Options of `Thread::goal` and `Thread::run_goal`.
struct GoalOptions {
  /// How many tokens the runtime may spend on the goal. Default: no limit.
  Optional<std::int64_t> token_budget{};

  /// As those of `TurnOptions`, but that `timeout` bounds the goal as a whole.
  Json extra_params{};
  /// How long the goal as a whole may take.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `TurnOptions`.
  std::stop_token stop{};
  /// As in `TurnOptions`.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

}  // namespace codex
