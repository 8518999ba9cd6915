#include "handlers/refusals.hpp"

#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;
namespace server_requests = codex::protocol::server_requests;

template <class R>
std::string as(const typename R::Response& response) {
  return types::encode(response);
}

}  // namespace

std::optional<std::string> refusal_of(std::string_view method, std::string_view reason) {
  const auto is = [method]<class R>(R) { return method == R::method; };
  const types::DeniedReviewDecision denied{.rejection = std::string(reason)};
  using namespace server_requests;
  if (is(ItemCommandExecutionRequestApproval())) {
    return as<ItemCommandExecutionRequestApproval>(
        {.decision = types::CommandExecutionApprovalDecision::decline});
  }
  if (is(ItemFileChangeRequestApproval())) {
    return as<ItemFileChangeRequestApproval>(
        {.decision = types::FileChangeApprovalDecision::decline});
  }
  if (is(ItemPermissionsRequestApproval())) {
    return as<ItemPermissionsRequestApproval>(
        {.permissions = {}, .scope = types::PermissionGrantScope::turn});
  }
  if (is(ItemToolRequestUserInput())) return as<ItemToolRequestUserInput>({.answers = {}});
  if (is(McpServerElicitationRequest())) {
    return as<McpServerElicitationRequest>({.action = types::McpServerElicitationAction::decline});
  }
  if (is(ItemToolCall())) {
    return as<ItemToolCall>({.content_items = {types::InputTextDynamicToolCallOutputContentItem{
                                 .text = std::string(reason)}},
                             .success = false});
  }
  if (is(ApplyPatchApproval())) return as<ApplyPatchApproval>({.decision = denied});
  if (is(ExecCommandApproval())) return as<ExecCommandApproval>({.decision = denied});
  // account/chatgptAuthTokens/refresh, attestation/generate and currentTime/read know no "no".
  return std::nullopt;
}

std::string with_older_denial(std::string_view method, std::string response) {
  if (method != server_requests::ApplyPatchApproval::method &&
      method != server_requests::ExecCommandApproval::method) {
    return response;
  }
  if (Peek(response)["decision"]["denied"].raw().empty()) return response;
  return with_value(response, {"decision"}, R"("denied")");
}

}  // namespace codex::detail
