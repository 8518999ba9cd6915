#include "client/params.hpp"

#include <codex/errors.hpp>

namespace codex::detail {
namespace {

namespace types = codex::protocol;

void require_object(const Json& json, const char* option) {
  if (json.is_null() || json.is_object()) return;
  throw CodexError(std::string(option) + " must be a JSON object, not " + json.type_name());
}

/// Merges last, so that it wins.
template <class Params>
std::string with_extra(const Params& params, const Json& extra) {
  require_object(extra, "extra_params");
  if (extra.empty()) return types::encode(params);
  Json json = params;
  json.update(extra);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Optional options become members that are there or not; they never become null.
template <class T, class U>
void set(Optional<T>& member, const std::optional<U>& option) {
  if (option) member = *option;
}

template <class Params>
void set_approval(Params& params, const std::optional<ApprovalMode>& mode) {
  if (!mode) return;
  switch (*mode) {
    case ApprovalMode::auto_review:
      params.approval_policy = types::AskForApproval::on_request;
      params.approvals_reviewer = types::ApprovalsReviewer::auto_review;
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

/// Turns take a policy, which stands for itself: every member is said, none left to the runtime.
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

types::UserInput user_input(const TextInput& item) {
  return types::TextUserInput{.text = item.text};
}
types::UserInput user_input(const ImageInput& item) {
  return types::ImageUserInput{.url = item.url};
}
types::UserInput user_input(const LocalImageInput& item) {
  return types::LocalImageUserInput{.path = item.path};
}
types::UserInput user_input(const SkillInput& item) {
  return types::SkillUserInput{.name = item.name, .path = item.path};
}
types::UserInput user_input(const MentionInput& item) {
  return types::MentionUserInput{.name = item.name, .path = item.path};
}

}  // namespace

std::vector<protocol::UserInput> user_inputs(const Input& input) {
  std::vector<types::UserInput> out;
  for (const auto& item : input.items()) {
    out.push_back(std::visit([](const auto& kind) { return user_input(kind); }, item.kind()));
  }
  return out;
}

std::string thread_start_params(const ThreadStartOptions& options) {
  require_object(options.config, "config");
  types::ThreadStartParams params;
  set_approval(params, options.approval_mode);
  set(params.base_instructions, options.base_instructions);
  if (!options.config.is_null()) {
    params.config = options.config.get<std::map<std::string, Json>>();
  }
  set(params.cwd, options.cwd);
  set(params.developer_instructions, options.developer_instructions);
  set(params.ephemeral, options.ephemeral);
  set(params.model, options.model);
  set(params.model_provider, options.model_provider);
  set(params.personality, options.personality);
  if (options.sandbox) params.sandbox = sandbox_mode(*options.sandbox);
  set(params.service_name, options.service_name);
  set(params.service_tier, options.service_tier);
  set(params.session_start_source, options.session_start_source);
  set(params.thread_source, options.thread_source);
  return with_extra(params, options.extra_params);
}

std::string turn_start_params(const std::string& thread_id, const Input& input,
                              const TurnOptions& options) {
  require_object(options.output_schema, "output_schema");
  types::TurnStartParams params{.input = user_inputs(input), .thread_id = thread_id};
  set_approval(params, options.approval_mode);
  set(params.cwd, options.cwd);
  set(params.effort, options.effort);
  set(params.model, options.model);
  if (!options.output_schema.is_null()) params.output_schema = options.output_schema;
  set(params.personality, options.personality);
  if (options.sandbox) params.sandbox_policy = sandbox_policy(*options.sandbox);
  set(params.service_tier, options.service_tier);
  set(params.turn_trigger, options.source);
  set(params.summary, options.summary);
  set(params.service_tier_for_turn, options.turn_service_tier);
  return with_extra(params, options.extra_params);
}

std::string review_start_params(const std::string& thread_id, const types::ReviewTarget& target,
                                const ReviewOptions& options) {
  return with_extra(types::ReviewStartParams{.target = target, .thread_id = thread_id},
                    options.extra_params);
}

std::string goal_set_params(const std::string& thread_id, const std::string& objective,
                            const GoalOptions& options) {
  types::ThreadGoalSetParams params{
      .thread_id = thread_id, .objective = objective, .status = types::ThreadGoalStatus::active};
  set(params.token_budget, options.token_budget);
  return with_extra(params, options.extra_params);
}

}  // namespace codex::detail
