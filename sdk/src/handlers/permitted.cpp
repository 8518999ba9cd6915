#include "handlers/permitted.hpp"

#include <algorithm>
#include <array>
#include <string>

#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace server_requests = codex::protocol::server_requests;

constexpr std::string_view command = server_requests::ItemCommandExecutionRequestApproval::method;
constexpr std::string_view file_change = server_requests::ItemFileChangeRequestApproval::method;
constexpr std::string_view permissions = server_requests::ItemPermissionsRequestApproval::method;
constexpr std::string_view apply_patch = server_requests::ApplyPatchApproval::method;
constexpr std::string_view exec_command = server_requests::ExecCommandApproval::method;
constexpr std::string_view elicitation = server_requests::McpServerElicitationRequest::method;

bool has(Peek object, std::string_view name) { return !object[name].raw().empty(); }

bool says_no(Peek decision) {
  if (decision.is_object()) return has(decision, "denied");
  constexpr std::array no = {"decline", "cancel", "denied", "abort", "timed_out"};
  return std::ranges::any_of(no, [&](const char* word) { return decision.is(word); });
}

Peek changes_of(const std::optional<Notification>& item_started) {
  return item_started ? Peek(item_started->params())["item"]["changes"] : Peek();
}

/// A rule has the runtime run what begins with its words without a sandbox, and without asking.
bool adds_rule(std::string_view response) {
  const Peek decision = Peek(response)["decision"];
  return has(decision, "acceptWithExecpolicyAmendment") ||
         has(decision, "approved_execpolicy_amendment");
}

void note_root(Peek root, AgentReach& reach) {
  if (root) reach.note_grant(root.text());
}

}  // namespace

bool is_about_item(std::string_view method) {
  return method == command || method == file_change || method == apply_patch ||
         method == exec_command;
}

bool allows(std::string_view method, std::string_view response) {
  if (method == permissions) return true;  // as far as there is something in it
  if (method == elicitation) return Peek(response)["action"].is("accept");
  if (!is_about_item(method)) return false;
  return !says_no(Peek(response)["decision"]);
}

void note_allowed(const ServerRequest& request, std::string_view response,
                  const std::optional<Notification>& item_started, AgentReach& reach) {
  const Peek params(request.params);
  if (is_about_item(request.method) && adds_rule(response)) reach.note_everything();
  if (request.method == permissions) {
    reach.note_permissions(Peek(response)["permissions"]);
  } else if (request.method == command) {
    reach.note_permissions(params["additionalPermissions"]);
  } else if (request.method == file_change) {
    reach.note_patch(changes_of(item_started));
    note_root(params["grantRoot"], reach);
  } else if (request.method == apply_patch) {
    reach.note_patch(params["fileChanges"]);
    note_root(params["grantRoot"], reach);
  }
}

}  // namespace codex::detail
