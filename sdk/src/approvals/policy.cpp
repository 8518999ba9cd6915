#include <codex/policies.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::approvals {
namespace {

Decision decision(const Policy& policy, const Request& request) {
  if (const auto opinion = policy.opinion(request)) return *opinion;
  return decline("No rule of the client allows it.");
}

/// Whether a plain yes, without a person, can answer the request.
bool is_yes_or_no(const Request& request) {
  using Kind = protocol::CommandExecutionApprovalKind;
  if (request.elicitation) return mcp_tool_approval(*request.elicitation).has_value();
  if (!request.command) return true;
  const Kind& kind = *request.command->kind;
  return kind == Kind::command || kind == Kind::write_stdin;
}

/// Whether all parts of a request have the types that this version expects.
template <class... Params>
bool is_understood(const Params*... params) {
  return ((!params || protocol::misfits(*params).empty()) && ...);
}

}  // namespace

std::optional<Decision> Policy::opinion(const Request& request) const {
  if (!is_understood(request.command, request.file_change, request.permissions, request.elicitation,
                     request.apply_patch, request.exec_command)) {
    return decline("The client does not understand all of the request.");
  }
  return (*rule_)(request);
}

Decision Policy::operator()(const protocol::CommandExecutionRequestApprovalParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .command = &params});
}

Decision Policy::operator()(const protocol::FileChangeRequestApprovalParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .file_change = &params});
}

Decision Policy::operator()(const protocol::PermissionsRequestApprovalParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .permissions = &params});
}

Decision Policy::operator()(const protocol::McpServerElicitationRequestParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .elicitation = &params});
}

Decision Policy::operator()(const protocol::ApplyPatchApprovalParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .apply_patch = &params});
}

Decision Policy::operator()(const protocol::ExecCommandApprovalParams& params,
                            const HandlerContext& context) const {
  return decision(*this, {.context = context, .exec_command = &params});
}

namespace detail {

Policy accept_all() {
  return [](const Request& request) -> std::optional<Decision> {
    if (!is_yes_or_no(request)) return std::nullopt;
    return accept();
  };
}

Policy decline_all() {
  return [](const Request&) { return decline(); };
}

Policy first_of(std::vector<Policy> policies) {
  return [policies = std::move(policies)](const Request& request) -> std::optional<Decision> {
    for (const Policy& policy : policies) {
      if (auto opinion = policy.opinion(request)) return opinion;
    }
    return std::nullopt;
  };
}

}  // namespace detail
}  // namespace codex::approvals
