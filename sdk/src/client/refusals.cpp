#include "client/refusals.hpp"

#include <functional>
#include <map>

#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::detail {
namespace {

namespace types = codex::protocol;
namespace server_requests = codex::protocol::server_requests;

constexpr const char* reason = "The client answers no requests of this kind.";

template <class R>
std::pair<std::string_view, std::string> refusal(const typename R::Response& response) {
  return {R::method, types::encode(response)};
}

/// Written once: none of them depends on what was asked. account/chatgptAuthTokens/refresh,
/// attestation/generate and currentTime/read know no "no" but an error.
std::map<std::string_view, std::string> all_refusals() {
  const types::DeniedReviewDecision denied{.rejection = reason};
  return {
      refusal<server_requests::ItemCommandExecutionRequestApproval>(
          {.decision = types::CommandExecutionApprovalDecision::decline}),
      refusal<server_requests::ItemFileChangeRequestApproval>(
          {.decision = types::FileChangeApprovalDecision::decline}),
      refusal<server_requests::ItemPermissionsRequestApproval>(
          {.permissions = {}, .scope = types::PermissionGrantScope::turn}),
      refusal<server_requests::ItemToolRequestUserInput>({.answers = {}}),
      refusal<server_requests::McpServerElicitationRequest>(
          {.action = types::McpServerElicitationAction::decline}),
      refusal<server_requests::ItemToolCall>(
          {.content_items = {types::InputTextDynamicToolCallOutputContentItem{.text = reason}},
           .success = false}),
      refusal<server_requests::ApplyPatchApproval>({.decision = denied}),
      refusal<server_requests::ExecCommandApproval>({.decision = denied}),
  };
}

}  // namespace

std::optional<std::string> refusal_of(std::string_view method) {
  static const std::map<std::string_view, std::string> refusals = all_refusals();
  const auto found = refusals.find(method);
  if (found == refusals.end()) return std::nullopt;
  return found->second;
}

}  // namespace codex::detail
