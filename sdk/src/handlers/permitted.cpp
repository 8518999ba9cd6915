#include "handlers/permitted.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/support/nesting.hpp>

namespace codex::detail {
namespace {

namespace server_requests = codex::protocol::server_requests;
using protocol::detail::parse_or_discard;

constexpr std::string_view command = server_requests::ItemCommandExecutionRequestApproval::method;
constexpr std::string_view file_change = server_requests::ItemFileChangeRequestApproval::method;
constexpr std::string_view permissions = server_requests::ItemPermissionsRequestApproval::method;
constexpr std::string_view apply_patch = server_requests::ApplyPatchApproval::method;
constexpr std::string_view exec_command = server_requests::ExecCommandApproval::method;
constexpr std::string_view elicitation = server_requests::McpServerElicitationRequest::method;

Json member(const Json& json, const char* name) {
  return json.is_object() && json.contains(name) ? json[name] : Json();
}

bool says_no(const Json& decision) {
  if (decision.is_object()) return decision.contains("denied");
  constexpr std::array no = {"decline", "cancel", "denied", "abort", "timed_out"};
  return std::ranges::any_of(no, [&](const char* word) { return decision == word; });
}

Json changes_of(const std::optional<Notification>& item_started) {
  if (!item_started) return nullptr;
  const Json message = parse_or_discard(item_started->text());
  return member(member(member(message, "params"), "item"), "changes");
}

/// A rule has the runtime run what begins with its words without a sandbox, and without asking.
bool adds_rule(std::string_view response) {
  const Json decision = member(parse_or_discard(response), "decision");
  return decision.is_object() && (decision.contains("acceptWithExecpolicyAmendment") ||
                                  decision.contains("approved_execpolicy_amendment"));
}

void note_root(const Json& root, AgentReach& reach) {
  if (!root.is_null()) reach.note_grant(root.is_string() ? root.get<std::string>() : "");
}

}  // namespace

bool is_about_item(std::string_view method) {
  return method == command || method == file_change || method == apply_patch ||
         method == exec_command;
}

bool allows(std::string_view method, std::string_view response) {
  if (method == permissions) return true;  // as far as there is something in it
  if (method == elicitation) return member(parse_or_discard(response), "action") == "accept";
  if (!is_about_item(method)) return false;
  return !says_no(member(parse_or_discard(response), "decision"));
}

void note_allowed(const ServerRequest& request, std::string_view response,
                  const std::optional<Notification>& item_started, AgentReach& reach) {
  const Json params = parse_or_discard(request.params);
  if (is_about_item(request.method) && adds_rule(response)) reach.note_everything();
  if (request.method == permissions) {
    reach.note_permissions(member(parse_or_discard(response), "permissions"));
  } else if (request.method == command) {
    reach.note_permissions(member(params, "additionalPermissions"));
  } else if (request.method == file_change) {
    reach.note_patch(changes_of(item_started));
    note_root(member(params, "grantRoot"), reach);
  } else if (request.method == apply_patch) {
    reach.note_patch(member(params, "fileChanges"));
    note_root(member(params, "grantRoot"), reach);
  }
}

}  // namespace codex::detail
