#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/modes.hpp>
#include <codex/notification.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/protocol/support/optional.hpp>
#include <codex/stop_token.hpp>
#include <codex/tool.hpp>

// One policy for options that may be left out: `Optional`, which has the braced lists and the null
// of the protocol, and compiles faster than std::optional of as many types.

/// What the options of all calls have in common:
/// - What is left out is left to the runtime, unless the comment names a default.
/// - `codex::null` is sent as null. For most members the runtime takes it as "left out"; where it
///   means more, the comment says so. What is no single member of the params (`approval_mode`,
///   `sandbox`, `timeout` and so on) has no null: then the call throws `CodexError`, and sends
///   nothing.
namespace codex {

/// Options that every request has.
struct CallOptions {
  /// An object that is merged last into the params on the wire: it overrides the other options, and
  /// can set any member of the protocol.
  Json extra_params{};
  /// How long the call may take. Default: `CodexConfig::request_timeout`.
  Optional<std::chrono::milliseconds> timeout{};
  /// Ends the call early, with `CancelledError`.
  std::stop_token stop{};
};

/// Limits of a wait.
struct WaitOptions {
  /// How long to wait before `TimeoutError`. Each call has its own default.
  Optional<std::chrono::milliseconds> timeout{};
  /// Ends the wait early, with `CancelledError`.
  std::stop_token stop{};
};

/// Options of `Codex::thread_start`. What is not set is left to the runtime's configuration.
struct ThreadStartOptions {
  /// Default: `auto_review`. Empty: the runtime's configuration decides.
  Optional<ApprovalMode> approval_mode = ApprovalMode::auto_review;
  /// Replaces the model's base instructions.
  Optional<std::string> base_instructions{};
  /// Settings of the runtime for this thread, an object.
  Json config{};
  /// The folder that the agent works in: an absolute path. If it does not exist, the call throws
  /// `CodexError` and sends nothing.
  Optional<std::string> cwd{};
  /// Your instructions, which rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the thread leaves no trace on disk.
  Optional<bool> ephemeral{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// The provider of the model, by its name in the runtime's configuration.
  Optional<std::string> model_provider{};
  /// The model's personality.
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
  /// Your functions that the model may call. Experimental in the protocol: needs
  /// `CodexConfig::experimental_api`. The runtime keeps the thread's tools across restarts, but
  /// each `thread_resume` by another client must pass the functions again.
  std::vector<Tool> tools{};
  /// Handlers of the requests about this thread; see `Thread::set_handlers`.
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
  /// The folder that the agent works in: an absolute path. If it does not exist, the call throws
  /// `CodexError` and sends nothing.
  Optional<std::string> cwd{};
  /// Your instructions, which rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the runtime loads all turns of the thread into its answer (`excludeTurns` on the wire,
  /// the other way round). The SDK does not use them: `Codex::all<requests::ThreadTurnsList>` reads
  /// them page by page. Default: no from runtime 0.151.0 on, and yes with older ones, which take
  /// `false` only with `CodexConfig::experimental_api`.
  Optional<bool> include_turns{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// The provider of the model, by its name in the runtime's configuration.
  Optional<std::string> model_provider{};
  /// The model's personality.
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
  /// The functions of the tools that the thread was started with; its set of tools cannot change.
  /// Empty: the functions that this client has for it.
  std::vector<Tool> tools{};
  /// As in `ThreadStartOptions`; set before the thread is loaded.
  Handlers handlers{};
};

/// Options of `Codex::thread_fork`. What is not set is taken from the forked thread.
struct ThreadForkOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  Optional<ApprovalMode> approval_mode{};
  /// Replaces the model's base instructions.
  Optional<std::string> base_instructions{};
  /// Settings of the runtime for this thread, an object.
  Json config{};
  /// The folder that the agent works in: an absolute path. If it does not exist, the call throws
  /// `CodexError` and sends nothing.
  Optional<std::string> cwd{};
  /// Your instructions, which rank above the user's.
  Optional<std::string> developer_instructions{};
  /// Whether the thread leaves no trace on disk.
  Optional<bool> ephemeral{};
  /// As in `ThreadResumeOptions`.
  Optional<bool> include_turns{};
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
  /// The functions of the forked thread's tools, which the fork has, too. Empty: the functions that
  /// this client has for that thread.
  std::vector<Tool> tools{};
  /// As in `ThreadStartOptions`. The fork does not inherit the handlers of the forked thread.
  Handlers handlers{};
};

/// Options of `Codex::thread_list` and `Codex::threads`. Filters that are not set match everything.
struct ThreadListOptions {
  /// True: archived threads; false: the others. Default: false.
  Optional<bool> archived{};
  /// Where to start: `next_cursor` of the previous page.
  Optional<std::string> cursor{};
  /// Threads of this folder, or of any of these folders.
  Optional<protocol::ThreadListCwdFilter> cwd{};
  /// The maximum number of threads per page.
  Optional<std::uint32_t> limit{};
  /// Threads of these model providers.
  Optional<std::vector<std::string>> model_providers{};
  /// Threads whose title contains this.
  Optional<std::string> search_term{};
  /// Threads of this section; `codex::null`: threads without a section.
  Optional<std::string> section_id{};
  /// Default: descending, the newest first.
  Optional<protocol::SortDirection> sort_direction{};
  /// Default: the creation time.
  Optional<protocol::ThreadSortKey> sort_key{};
  /// Threads that came from one of these. Default: the interactive ones.
  Optional<std::vector<protocol::ThreadSourceKind>> source_kinds{};
  /// Whether to trust the runtime's index without checking the threads' files.
  Optional<bool> use_state_db_only{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Thread::read`.
struct ThreadReadOptions {
  /// Whether to also read the thread's turns with all their items. Default: no.
  Optional<bool> include_turns{};

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Codex::models`.
struct ModelListOptions {
  /// Whether to also list models that users are not meant to choose.
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
  /// Whether the runtime renews its token first.
  bool refresh_token = false;

  /// As in `CallOptions`.
  Json extra_params{};
  /// As in `CallOptions`.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `CallOptions`.
  std::stop_token stop{};
};

/// Options of `Thread::run` and `Thread::turn`. `approval_mode`, `cwd`, `effort`, `model`,
/// `personality`, `sandbox`, `service_tier` and `summary` apply to this turn and later ones; the
/// others to this turn only.
struct TurnOptions {
  /// Who decides when the agent wants more than its sandbox allows.
  Optional<ApprovalMode> approval_mode{};
  /// The folder that the agent works in: an absolute path. If it does not exist, the call throws
  /// `CodexError` and sends nothing.
  Optional<std::string> cwd{};
  /// How hard the model thinks: "low", "medium", "high". If no model of the runtime has this
  /// effort, the call throws `CodexError` and sends nothing; `extra_params` can pass any.
  Optional<protocol::ReasoningEffort> effort{};
  /// The model: "gpt-5".
  Optional<std::string> model{};
  /// A JSON Schema that the final answer must fit, an object.
  Json output_schema{};
  /// The model's personality.
  Optional<protocol::Personality> personality{};
  /// What commands may touch. Replaces the whole configured policy: `workspace_write` has no
  /// further writable roots and no network.
  Optional<Sandbox> sandbox{};
  /// The service tier of this and later turns; `codex::null`: none any more.
  Optional<std::string> service_tier{};
  /// What started the turn (`turnTrigger`): "automation".
  Optional<std::string> source{};
  /// How the model's reasoning is summarised.
  Optional<protocol::ReasoningSummary> summary{};
  /// The service tier of only this turn (`serviceTierForTurn`).
  Optional<std::string> turn_service_tier{};
  /// For `run` and `run_as` only: sees each event of the turn as it arrives, on the thread that
  /// runs the turn (a coroutine's executor). What it throws interrupts the turn, and `run` throws
  /// it.
  std::function<void(const Notification&)> on_event{};

  /// An object that is merged last into the params on the wire: it overrides the other options, and
  /// can set any member of the protocol.
  Json extra_params{};
  /// How long the whole turn may take. After that the SDK interrupts it, even if nobody waits for
  /// it or no handle is left; `run` and streams throw `TimeoutError` with the result so far.
  /// Default: only `inactivity_timeout` and `stop` limit it.
  Optional<std::chrono::milliseconds> timeout{};
  /// Interrupts the turn in the same way; `run` and streams then throw `CancelledError`.
  std::stop_token stop{};
  /// How long the runtime may be silent about the turn; after that as with `timeout`. Default: 30
  /// minutes, so that every wait has a limit.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
  /// For `Thread::run_as` only: how often the model may answer again, each time in a new turn,
  /// after an answer that does not fit. The SDK tells it what was wrong. `timeout` covers all of
  /// these turns together.
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

  /// As those of `TurnOptions`, except that `timeout` covers the whole goal.
  Json extra_params{};
  /// How long the whole goal may take.
  Optional<std::chrono::milliseconds> timeout{};
  /// As in `TurnOptions`.
  std::stop_token stop{};
  /// As in `TurnOptions`.
  std::chrono::milliseconds inactivity_timeout = std::chrono::minutes{30};
};

}  // namespace codex
