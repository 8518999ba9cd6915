#include "session/params.hpp"

#include <codex/errors.hpp>

#include "session/input_check.hpp"
#include "tools/tool_specs.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;

void require_object(const Json& json, const char* option) {
  if (json.is_null() || json.is_object()) return;
  throw CodexError(std::string(option) + " must be a JSON object, not " + json.type_name());
}

template <class T>
void set(Optional<T>& member, const Optional<T>& option) {
  member = option;
}

/// For a member that is never null on the wire.
template <class T>
void set(std::optional<T>& member, const Optional<T>& option, const char* name) {
  InputCheck::no_null(option, name);
  if (option) member = *option;
}

/// The same for a member that says the opposite.
void set_negated(std::optional<bool>& member, const Optional<bool>& option, const char* name) {
  set(member, option, name);
  if (member) member = !*member;
}

template <class Params>
void set_approval(Params& params, const Optional<ApprovalMode>& mode) {
  InputCheck::no_null(mode, "approval_mode");
  if (!mode) return;
  switch (*mode) {
    case ApprovalMode::auto_review:
      params.approval_policy = types::AskForApproval::on_request;
      params.approvals_reviewer = types::ApprovalsReviewer::auto_review;
      return;
    case ApprovalMode::ask:
      params.approval_policy = types::AskForApproval::on_request;
      params.approvals_reviewer = types::ApprovalsReviewer::user;
      return;
    case ApprovalMode::deny_all:
      params.approval_policy = types::AskForApproval::never;
      return;
  }
}

types::SandboxMode sandbox_mode(Sandbox sandbox) {
  switch (sandbox) {
    case Sandbox::read_only:
      return types::SandboxMode::read_only;
    case Sandbox::workspace_write:
      return types::SandboxMode::workspace_write;
    case Sandbox::full_access:
      return types::SandboxMode::danger_full_access;
  }
  throw CodexError("an unknown Sandbox");
}

/// Turns take a complete policy: every member is set, none left to the runtime.
types::SandboxPolicy sandbox_policy(Sandbox sandbox) {
  switch (sandbox) {
    case Sandbox::read_only:
      return types::ReadOnlySandboxPolicy{.network_access = false};
    case Sandbox::workspace_write:
      return types::WorkspaceWriteSandboxPolicy{.exclude_slash_tmp = false,
                                                .exclude_tmpdir_env_var = false,
                                                .network_access = false,
                                                .writable_roots = std::vector<std::string>{}};
    case Sandbox::full_access:
      return types::DangerFullAccessSandboxPolicy{};
  }
  throw CodexError("an unknown Sandbox");
}

Json tool_output(const ExternalMessage& message) {
  if (message.tool_name.find_first_not_of(" \t\r\n") == std::string::npos) {
    throw CodexError("ExternalMessage::tool_name must be a nonempty string");
  }
  Json output = {{"name", message.tool_name}, {"output", message.content}};
  if (message.namespace_) output["namespace"] = *message.namespace_;
  return output;
}

/// Members of turn/start that are new in runtime 0.151.0, by their wire names, so that this file
/// also compiles with older types. feature_gate.cpp refuses them for such a runtime.
Json late_members(const RunInput& input, const TurnOptions& options) {
  Json members = Json::object();
  if (const auto* message = input.external()) members["toolOutput"] = tool_output(*message);
  InputCheck::no_null(options.source, "source");
  if (options.source) members["turnTrigger"] = *options.source;
  InputCheck::no_null(options.turn_service_tier, "turn_service_tier");
  if (options.turn_service_tier) members["serviceTierForTurn"] = *options.turn_service_tier;
  return members;
}

/// The common params of thread/start, thread/resume and thread/fork.
template <class Params, class Options>
void set_thread_options(Params& params, const Options& options) {
  require_object(options.config, "config");
  set_approval(params, options.approval_mode);
  set(params.base_instructions, options.base_instructions);
  if (!options.config.is_null()) {
    params.config = options.config.template get<std::map<std::string, Json>>();
  }
  set(params.cwd, options.cwd);
  set(params.developer_instructions, options.developer_instructions);
  set(params.model, options.model);
  set(params.model_provider, options.model_provider);
  InputCheck::no_null(options.sandbox, "sandbox");
  if (options.sandbox) params.sandbox = sandbox_mode(*options.sandbox);
  set(params.service_tier, options.service_tier);
}

/// The pointer of the first text or name in it that is not UTF-8; nothing if there is none.
std::optional<std::string> place_of_other_text(const Json& json, const std::string& at) {
  if (json.is_string() && !is_utf8(json.get_ref<const std::string&>())) return at;
  if (!json.is_structured()) return std::nullopt;
  for (const auto& [name, value] : json.items()) {
    if (!is_utf8(name)) return at;
    if (auto place = place_of_other_text(value, at + "/" + name)) return place;
  }
  return std::nullopt;
}

}  // namespace

std::vector<protocol::UserInput> user_inputs(const Input& input) {
  std::vector<types::UserInput> out;
  for (const auto& item : input.items()) out.push_back(item.wire());
  return out;
}

std::string thread_start_params(const ThreadStartOptions& options) {
  types::ThreadStartParams params;
  set_thread_options(params, options);
  set(params.ephemeral, options.ephemeral);
  set(params.personality, options.personality);
  set(params.service_name, options.service_name);
  set(params.session_start_source, options.session_start_source);
  set(params.thread_source, options.thread_source);
  if (!options.tools.empty()) params.dynamic_tools = tool_specs(options.tools);
  return types::encode(params);
}

std::string thread_resume_params(const std::string& thread_id, const ThreadResumeOptions& options) {
  types::ThreadResumeParams params{.thread_id = thread_id};
  set_thread_options(params, options);
  set_negated(params.exclude_turns, options.include_turns, "include_turns");
  set(params.personality, options.personality);
  return types::encode(params);
}

std::string thread_fork_params(const std::string& thread_id, const ThreadForkOptions& options) {
  types::ThreadForkParams params{.thread_id = thread_id};
  set_thread_options(params, options);
  set(params.ephemeral, options.ephemeral, "ephemeral");
  set_negated(params.exclude_turns, options.include_turns, "include_turns");
  set(params.thread_source, options.thread_source);
  return types::encode(params);
}

std::string thread_read_params(const std::string& thread_id, const ThreadReadOptions& options) {
  types::ThreadReadParams params{.thread_id = thread_id};
  set(params.include_turns, options.include_turns, "include_turns");
  return types::encode(params);
}

std::string thread_list_params(const ThreadListOptions& options) {
  InputCheck::list(options);
  types::ThreadListParams params;
  set(params.archived, options.archived);
  set(params.cursor, options.cursor);
  set(params.cwd, options.cwd);
  set(params.limit, options.limit);
  set(params.model_providers, options.model_providers);
  set(params.search_term, options.search_term);
  set(params.section_id, options.section_id);
  set(params.sort_direction, options.sort_direction);
  set(params.sort_key, options.sort_key);
  set(params.source_kinds, options.source_kinds);
  set(params.use_state_db_only, options.use_state_db_only, "use_state_db_only");
  return types::encode(params);
}

std::string turn_start_params(const std::string& thread_id, const RunInput& input,
                              const TurnOptions& options) {
  require_object(options.output_schema, "output_schema");
  types::TurnStartParams params{.input = {}, .thread_id = thread_id};
  if (!input.external()) params.input = user_inputs(input.said());
  set_approval(params, options.approval_mode);
  set(params.cwd, options.cwd);
  set(params.effort, options.effort);
  set(params.model, options.model);
  if (!options.output_schema.is_null()) params.output_schema = options.output_schema;
  set(params.personality, options.personality);
  InputCheck::no_null(options.sandbox, "sandbox");
  if (options.sandbox) params.sandbox_policy = sandbox_policy(*options.sandbox);
  set(params.service_tier, options.service_tier);
  set(params.summary, options.summary);
  return with_extra(with_extra(types::encode(params), late_members(input, options)),
                    options.extra_params);
}

std::string with_extra(std::string params, const Json& extra) {
  require_object(extra, "extra_params");
  if (extra.empty()) return params;
  Json json = params.empty() ? Json::object() : types::decode<Json>(params);
  require_object(json, "params that extra_params are merged into");
  json.update(extra);
  return text_of(json, "extra_params");
}

std::string text_of(const Json& json, const std::string& what) {
  try {
    return json.dump();
  } catch (const Json::type_error&) {
    throw CodexError(what + place_of_other_text(json, "").value_or("") +
                     " is not valid UTF-8, and the protocol is");
  }
}

std::string review_start_params(const std::string& thread_id, const types::ReviewTarget& target,
                                const ReviewOptions& options) {
  const types::ReviewStartParams params{.target = target, .thread_id = thread_id};
  return with_extra(types::encode(params), options.extra_params);
}

std::string goal_set_params(const std::string& thread_id, const std::string& objective,
                            const GoalOptions& options) {
  types::ThreadGoalSetParams params{
      .thread_id = thread_id, .objective = objective, .status = types::ThreadGoalStatus::active};
  set(params.token_budget, options.token_budget);
  return with_extra(types::encode(params), options.extra_params);
}

}  // namespace codex::detail
