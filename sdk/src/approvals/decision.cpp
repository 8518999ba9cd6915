#include <algorithm>
#include <string_view>

#include <codex/approvals.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::approvals {
namespace {

using Kind = Decision::Kind;

protocol::ReviewDecision review_decision(const Decision& decision) {
  switch (decision.kind()) {
    case Kind::accept:
      return protocol::ReviewDecision::approved;
    case Kind::accept_for_session:
      return protocol::ReviewDecision::approved_for_session;
    case Kind::cancel:
      return protocol::ReviewDecision::abort;
    case Kind::decline:
      break;
  }
  const std::string& reason = decision.reason();
  return protocol::DeniedReviewDecision{.rejection =
                                            reason.empty() ? "The user declined." : reason};
}

/// Whether a yes is all that an elicitation needs. The forms differ between runtimes: a form with a
/// schema asks for input, and anything but a form needs a person.
bool can_be_agreed_to(const protocol::McpServerElicitationRequestParams& params) {
  return params.visit([](const protocol::UrlMcpServerElicitationRequestParams&) { return true; },
                      [](const protocol::Unknown&) { return false; },
                      [](const auto& arm) {
                        if constexpr (requires { arm.requested_schema; }) {
                          const Json schema = arm.requested_schema;
                          const auto required = schema.find("required");
                          return required == schema.end() || required->empty();
                        } else {
                          return false;
                        }
                      });
}

const Json* find(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found != object.end() ? &*found : nullptr;
}

std::string text_of(const Json& object, std::string_view name) {
  const Json* text = find(object, name);
  return text && text->is_string() ? text->get<std::string>() : std::string();
}

Json value_of(const Json& object, std::string_view name) {
  const Json* value = find(object, name);
  return value ? *value : Json();
}

/// `persist` is a string or a list of them.
bool offers_session(const Json& meta) {
  const Json persist = value_of(meta, "persist");
  if (persist.is_string()) return persist == "session";
  return std::ranges::any_of(persist, [](const Json& option) { return option == "session"; });
}

/// Runtimes up to 0.166.0 name the tool only in their question.
std::string tool_named_in(const std::string& message, const std::string& server) {
  const std::string before = "Allow the " + server + " MCP server to run tool \"";
  const std::string after = "\"?";
  const bool fits = message.size() >= before.size() + after.size();
  if (!fits || !message.starts_with(before) || !message.ends_with(after)) return {};
  return message.substr(before.size(), message.size() - before.size() - after.size());
}

}  // namespace

Decision::operator protocol::CommandExecutionRequestApprovalResponse() const {
  using protocol::CommandExecutionApprovalDecision;
  switch (kind_) {
    case Kind::accept:
      return {.decision = CommandExecutionApprovalDecision::accept};
    case Kind::accept_for_session:
      return {.decision = CommandExecutionApprovalDecision::accept_for_session};
    case Kind::cancel:
      return {.decision = CommandExecutionApprovalDecision::cancel};
    case Kind::decline:
      break;
  }
  return {.decision = CommandExecutionApprovalDecision::decline};
}

Decision::operator protocol::FileChangeRequestApprovalResponse() const {
  using protocol::FileChangeApprovalDecision;
  switch (kind_) {
    case Kind::accept:
      return {.decision = FileChangeApprovalDecision::accept};
    case Kind::accept_for_session:
      return {.decision = FileChangeApprovalDecision::accept_for_session};
    case Kind::cancel:
      return {.decision = FileChangeApprovalDecision::cancel};
    case Kind::decline:
      break;
  }
  return {.decision = FileChangeApprovalDecision::decline};
}

Decision::operator protocol::ApplyPatchApprovalResponse() const {
  return {.decision = review_decision(*this)};
}

Decision::operator protocol::ExecCommandApprovalResponse() const {
  return {.decision = review_decision(*this)};
}

protocol::PermissionsRequestApprovalResponse Decision::answer(
    const protocol::PermissionsRequestApprovalParams& params) const {
  using protocol::PermissionGrantScope;
  if (kind_ == Kind::decline || kind_ == Kind::cancel) {
    return {.permissions = {}, .scope = PermissionGrantScope::turn};
  }
  return {
      .permissions = {.file_system = params.permissions.file_system,
                      .network = params.permissions.network,
                      .extra = params.permissions.extra},
      .scope = kind_ == Kind::accept ? PermissionGrantScope::turn : PermissionGrantScope::session};
}

protocol::McpServerElicitationRequestResponse Decision::answer(
    const protocol::McpServerElicitationRequestParams& params) const {
  using protocol::McpServerElicitationAction;
  if (kind_ == Kind::cancel) return {.action = McpServerElicitationAction::cancel};
  if (kind_ == Kind::decline || !can_be_agreed_to(params)) {
    return {.action = McpServerElicitationAction::decline};
  }
  protocol::McpServerElicitationRequestResponse response{.action =
                                                             McpServerElicitationAction::accept};
  if (!params.is<protocol::UrlMcpServerElicitationRequestParams>()) {
    response.content = Json::object();
  }
  const auto tool = mcp_tool_approval(params);
  if (kind_ == Kind::accept_for_session && tool && tool->can_accept_for_session) {
    response.meta = Json{{"persist", "session"}};
  }
  return response;
}

std::optional<McpToolApproval> mcp_tool_approval(
    const protocol::McpServerElicitationRequestParams& params) {
  const auto* form = params.as<protocol::FormMcpServerElicitationRequestParams>();
  if (!form || !form->meta) return std::nullopt;
  const Json& meta = *form->meta;
  if (text_of(meta, "codex_approval_kind") != "mcp_tool_call") return std::nullopt;
  const std::string name = text_of(meta, "tool_name");
  return McpToolApproval{
      .server = params.server_name,
      .tool = name.empty() ? tool_named_in(form->message, params.server_name) : name,
      .message = form->message,
      .arguments = value_of(meta, "tool_params"),
      .description = text_of(meta, "tool_description"),
      .annotations = value_of(meta, "tool_annotations"),
      .can_accept_for_session = offers_session(meta)};
}

}  // namespace codex::approvals
