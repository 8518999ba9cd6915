#include "handlers/request_kinds.hpp"

#include <algorithm>
#include <array>

#include <codex/protocol/account.hpp>
#include <codex/protocol/attestation.hpp>
#include <codex/protocol/current_time.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "handlers/permission_limit.hpp"

namespace codex::detail {
namespace {

namespace types = codex::protocol;
using namespace codex::protocol::server_requests;

bool has(Peek object, std::string_view name) { return !object[name].raw().empty(); }

// Refusals.

template <class R>
std::string as(const typename R::Response& response) {
  return types::encode(response);
}

template <class R, auto no>
std::string declined(std::string_view) {
  return as<R>({.decision = no});
}

template <class R>
std::string denied(std::string_view reason) {
  return as<R>({.decision = types::DeniedReviewDecision{.rejection = std::string(reason)}});
}

std::string failed_tool(std::string_view reason) {
  return as<ItemToolCall>({.content_items = {types::InputTextDynamicToolCallOutputContentItem{
                               .text = std::string(reason)}},
                           .success = false});
}

// What is secret.

bool always(Peek) { return true; }

bool asks_for_secret(Peek params) {
  return std::ranges::any_of(params["questions"].elements(),
                             [](Peek question) { return question["isSecret"].raw() == "true"; });
}

// What a response allows.

bool is_yes(Peek response) {
  const Peek decision = response["decision"];
  if (decision.is_object()) return !has(decision, "denied");
  constexpr std::array no = {"decline", "cancel", "denied", "abort", "timed_out"};
  return std::ranges::none_of(no, [&](const char* word) { return decision.is(word); });
}

bool is_accepted(Peek response) { return response["action"].is("accept"); }

std::optional<std::string> limited_permissions(Peek params, std::string_view response) {
  auto granted = types::decode<ItemPermissionsRequestApproval::Response>(response);
  const auto asked = types::decode<types::RequestPermissionProfile>(params["permissions"].raw());
  if (!limit_to(asked, granted.permissions)) return std::nullopt;
  return types::encode(granted);
}

/// A rule has the runtime run what begins with its words without a sandbox, and without asking.
bool adds_rule(Peek response) {
  const Peek decision = response["decision"];
  return has(decision, "acceptWithExecpolicyAmendment") ||
         has(decision, "approved_execpolicy_amendment");
}

void note_permissions(Peek params, Peek, Peek, AgentReach& reach) {
  reach.note_permissions(params["additionalPermissions"]);
}

void note_granted(Peek, Peek response, Peek, AgentReach& reach) {
  reach.note_permissions(response["permissions"]);
}

void note_patch(Peek changes, Peek params, AgentReach& reach) {
  reach.note_patch(changes);
  if (const Peek root = params["grantRoot"]) reach.note_grant(root.text());
}

void note_started_patch(Peek params, Peek, Peek item, AgentReach& reach) {
  note_patch(item["changes"], params, reach);
}

void note_older_patch(Peek params, Peek, Peek, AgentReach& reach) {
  note_patch(params["fileChanges"], params, reach);
}

// The table.

template <auto member>
struct RowOf;
template <class R, Handler<R> Handlers::*member>
struct RowOf<member> {
  static constexpr std::string_view method = R::method;
};

/// The row of that member of `Handlers`.
template <auto member>
constexpr RequestKind row(RequestKind kind) {
  kind.method = RowOf<member>::method;
  kind.body = [](const Handlers& handlers) { return body_of(handlers.*member); };
  return kind;
}

/// In the order of `Handlers`.
constexpr std::array kinds = {
    row<&Handlers::command_approval>({
        .refusal = declined<ItemCommandExecutionRequestApproval,
                            types::CommandExecutionApprovalDecision::decline>,
        .is_about_item = true,
        .allows = is_yes,
        .note = note_permissions,
    }),
    row<&Handlers::file_change_approval>({
        .refusal =
            declined<ItemFileChangeRequestApproval, types::FileChangeApprovalDecision::decline>,
        .is_about_item = true,
        .needs_item = true,
        .allows = is_yes,
        .note = note_started_patch,
    }),
    row<&Handlers::permissions_approval>({
        .refusal =
            [](std::string_view) {
              return as<ItemPermissionsRequestApproval>(
                  {.permissions = {}, .scope = types::PermissionGrantScope::turn});
            },
        .limited = limited_permissions,
        .allows = always,  // as far as there is something in it
        .note = note_granted,
    }),
    row<&Handlers::user_input>({
        .refusal = [](std::string_view) { return as<ItemToolRequestUserInput>({.answers = {}}); },
        .is_secret = asks_for_secret,
    }),
    row<&Handlers::elicitation>({
        .refusal =
            [](std::string_view) {
              return as<McpServerElicitationRequest>(
                  {.action = types::McpServerElicitationAction::decline});
            },
        .allows = is_accepted,
    }),
    row<&Handlers::tool_call>({.refusal = failed_tool, .calls_tool = true}),
    row<&Handlers::auth_tokens_refresh>({}),
    row<&Handlers::attestation>({.is_secret = always}),
    row<&Handlers::current_time>({}),
    row<&Handlers::apply_patch_approval>({
        .refusal = denied<ApplyPatchApproval>,
        .is_older = true,
        .is_about_item = true,
        .allows = is_yes,
        .note = note_older_patch,
    }),
    row<&Handlers::exec_command_approval>({
        .refusal = denied<ExecCommandApproval>,
        .is_older = true,
        .is_about_item = true,
        .allows = is_yes,
    }),
};

constexpr RequestKind unknown{
    .body = [](const Handlers& handlers) { return body_of(handlers.other); }};

}  // namespace

const RequestKind& kind_of(std::string_view method) {
  const auto found = std::ranges::find(kinds, method, &RequestKind::method);
  return found != kinds.end() ? *found : unknown;
}

bool has_any(const Handlers& handlers) {
  return handlers.other || handlers.on_problem ||
         std::ranges::any_of(
             kinds, [&](const RequestKind& kind) { return kind.body(handlers) != nullptr; });
}

void note_allowed(const RequestKind& kind, std::string_view params, std::string_view response,
                  const std::optional<Notification>& item_started, AgentReach& reach) {
  if (kind.is_about_item && adds_rule(Peek(response))) reach.note_everything();
  const Peek item = item_started ? Peek(item_started->params())["item"] : Peek();
  kind.note(Peek(params), Peek(response), item, reach);
}

void name_ids(const RequestKind& kind, ServerRequest& request) {
  if (!kind.is_older) return;
  request.thread_id = request.conversation_id;
  request.item_id = Peek(request.params)["callId"].text();
  if (request.item_id.size() > max_id_bytes) request.item_id.clear();
}

std::string with_older_denial(const RequestKind& kind, std::string response) {
  if (!kind.is_older || !has(Peek(response)["decision"], "denied")) return response;
  return with_value(response, {"decision"}, R"("denied")");
}

}  // namespace codex::detail
