#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"

namespace approvals = codex::approvals;
namespace types = codex::protocol;
using approvals::Decision;
using approvals::Policy;
using approvals::Request;
using codex::Json;
using codex::testing::command_request;
using codex::testing::file_change_request;

namespace {

types::PermissionsRequestApprovalParams permissions_request() {
  types::PermissionsRequestApprovalParams params{
      .cwd = "/repo", .item_id = "r1", .permissions = {}, .thread_id = "t1", .turn_id = "u1"};
  params.permissions.network = types::AdditionalNetworkPermissions{.enabled = true};
  return params;
}

const Json tool_approval{{"codex_approval_kind", "mcp_tool_call"}, {"tool_name", "danger"}};

types::ApplyPatchApprovalParams patch_request() {
  return {.call_id = "c", .conversation_id = {}, .file_changes = {}};
}

types::ExecCommandApprovalParams exec_request() {
  return {.call_id = "c", .command = {"ls"}, .conversation_id = {}, .cwd = "/", .parsed_cmd = {}};
}

bool accepts(const Policy& policy, const auto& params) {
  return policy(params) == approvals::accept();
}

/// A rule that knows of one command. `allow_commands` has no opinion on those of Windows.
const Policy accepts_ls = [](const Request& request) -> std::optional<Decision> {
  const bool is_ls = request.command && request.command->command == "ls";
  return is_ls ? std::optional(approvals::accept()) : std::nullopt;
};

std::optional<Decision> opinion_of_command(const Policy& policy) {
  const codex::HandlerContext context;
  const auto params = command_request("ls");
  return policy.opinion({.context = context, .command = &params});
}

}  // namespace

TEST_CASE("accept_all accepts each kind of approval, once") {
  const Policy policy = approvals::accept_all;
  CHECK(accepts(policy, command_request("/bin/bash -lc 'rm -rf /'")));
  CHECK(accepts(policy, file_change_request()));
  CHECK(accepts(policy, permissions_request()));
  CHECK(accepts(policy, codex::testing::elicitation(tool_approval)));
  CHECK(accepts(policy, patch_request()));
  CHECK(accepts(policy, exec_request()));
}

TEST_CASE("accept_all gives no answer for a person, and none to what it does not know") {
  const Policy policy = approvals::accept_all;
  auto params = command_request("ls");
  params.kind = types::CommandExecutionApprovalKind("humanCommand");
  CHECK_FALSE(accepts(policy, params));
  params.kind = types::CommandExecutionApprovalKind("newerKind");
  CHECK_FALSE(accepts(policy, params));
  params.kind = types::CommandExecutionApprovalKind::write_stdin;
  CHECK(accepts(policy, params));
  CHECK_FALSE(accepts(policy, codex::testing::elicitation(nullptr)));
  CHECK_FALSE(accepts(policy, codex::testing::elicitation({{"codex_approval_kind", "newer"}})));
}

TEST_CASE("what is only understood in part is declined, whatever the rule says") {
  const auto with = [](auto params, const char* name, const Json& value) {
    Json json = params;
    json[name] = value;
    return json.template get<decltype(params)>();
  };
  const auto odd_tool = [] {
    Json params = codex::testing::elicitation(tool_approval);
    params["message"] = 7;
    return params.get<types::McpServerElicitationRequestParams>();
  };
  for (const Policy& policy :
       {Policy(approvals::accept_all), Policy([](const Request&) { return approvals::accept(); }),
        approvals::first_of(approvals::accept_all)}) {
    CHECK_FALSE(accepts(policy, with(command_request("ls"), "cwd", 7)));
    CHECK_FALSE(accepts(policy, with(command_request("ls"), "additionalPermissions", "all")));
    CHECK_FALSE(accepts(policy, with(file_change_request(), "grantRoot", {"/"})));
    CHECK_FALSE(accepts(policy, with(patch_request(), "grantRoot", {{"path", "/"}})));
    CHECK_FALSE(accepts(policy, with(exec_request(), "approvalId", 7)));
    CHECK_FALSE(accepts(policy, with(permissions_request(), "reason", Json::array())));
    CHECK_FALSE(accepts(policy, odd_tool()));
    // What is newer, as opposed to other, does not stand in the way.
    CHECK(accepts(policy, with(command_request("ls"), "newer", 7)));
  }
}

TEST_CASE("decline_all declines each kind of approval") {
  const Policy policy = approvals::decline_all;
  const auto declines = [&](const auto& params) {
    return policy(params).kind() == Decision::Kind::decline;
  };
  CHECK(declines(command_request("ls")));
  CHECK(declines(file_change_request()));
  CHECK(declines(permissions_request()));
  CHECK(declines(codex::testing::elicitation(tool_approval)));
  CHECK(declines(patch_request()));
  CHECK(declines(exec_request()));
}

TEST_CASE("policies are handlers of each approval, with and without parentheses") {
  const codex::Handlers bare{.command_approval = approvals::accept_all,
                             .file_change_approval = approvals::accept_all,
                             .permissions_approval = approvals::accept_all,
                             .elicitation = approvals::accept_all,
                             .apply_patch_approval = approvals::accept_all,
                             .exec_command_approval = approvals::accept_all};
  const codex::Handlers called{.command_approval = approvals::decline_all(),
                               .file_change_approval = approvals::decline_all(),
                               .permissions_approval = approvals::decline_all(),
                               .elicitation = approvals::decline_all(),
                               .apply_patch_approval = approvals::decline_all(),
                               .exec_command_approval = approvals::decline_all()};
  CHECK(bare.command_approval(command_request("ls")).decision ==
        types::CommandExecutionApprovalDecision::accept);
  CHECK(bare.file_change_approval(file_change_request()).decision ==
        types::FileChangeApprovalDecision::accept);
  CHECK(bare.permissions_approval(permissions_request()).permissions.network->enabled == true);
  CHECK(bare.elicitation(codex::testing::elicitation(tool_approval)).action ==
        types::McpServerElicitationAction::accept);
  CHECK(bare.apply_patch_approval(patch_request()).decision == types::ReviewDecision::approved);
  CHECK(bare.exec_command_approval(exec_request()).decision == types::ReviewDecision::approved);

  CHECK(called.command_approval(command_request("ls")).decision ==
        types::CommandExecutionApprovalDecision::decline);
  CHECK(called.file_change_approval(file_change_request()).decision ==
        types::FileChangeApprovalDecision::decline);
  CHECK_FALSE(called.permissions_approval(permissions_request()).permissions.network);
  CHECK(called.elicitation(codex::testing::elicitation(tool_approval)).action ==
        types::McpServerElicitationAction::decline);
  CHECK(called.apply_patch_approval(patch_request()).decision.is<types::DeniedReviewDecision>());
  CHECK(called.exec_command_approval(exec_request()).decision.is<types::DeniedReviewDecision>());

  const codex::Handlers others{.command_approval = accepts_ls,
                               .file_change_approval = approvals::ask_on_terminal,
                               .permissions_approval = approvals::ask_on_terminal()};
  CHECK(others.command_approval(command_request("ls")).decision ==
        types::CommandExecutionApprovalDecision::accept);
  CHECK(others.command_approval(command_request("rm")).decision ==
        types::CommandExecutionApprovalDecision::decline);
}

TEST_CASE("the first rule with an opinion wins") {
  const Policy ls = accepts_ls;
  const auto no_opinion = [](const Request&) -> std::optional<Decision> { return std::nullopt; };
  const auto stops = [](const Request& request) {
    return approvals::decline(request.command ? "c" : "");
  };
  const auto fails = [](const Request&) -> std::optional<Decision> {
    FAIL("was asked behind an opinion");
    return std::nullopt;
  };

  CHECK(opinion_of_command(approvals::first_of(no_opinion, ls, fails)) == approvals::accept());
  CHECK(opinion_of_command(approvals::first_of(stops, ls, fails)) == approvals::decline("c"));
  CHECK(opinion_of_command(approvals::first_of(ls, approvals::decline_all)) == approvals::accept());
  CHECK(opinion_of_command(approvals::first_of(approvals::decline_all, approvals::accept_all())) ==
        approvals::decline());
  CHECK(opinion_of_command(approvals::first_of(approvals::first_of(no_opinion), ls)) ==
        approvals::accept());
}

TEST_CASE("a request that no rule has an opinion of is declined") {
  const Policy ls = accepts_ls;
  CHECK(approvals::first_of(ls)(command_request("rm x")).kind() == Decision::Kind::decline);
  CHECK(approvals::first_of()(command_request("ls")).kind() == Decision::Kind::decline);
  CHECK_FALSE(opinion_of_command(approvals::first_of()));
  CHECK_FALSE(ls(command_request("rm x")).reason().empty());
}

TEST_CASE("a rule sees the request that is made, and none else") {
  int set = 0;
  const Policy rule = [&set](const Request& r) {
    set = (r.command != nullptr) + 2 * (r.file_change != nullptr) + 4 * (r.permissions != nullptr) +
          8 * (r.elicitation != nullptr) + 16 * (r.apply_patch != nullptr) +
          32 * (r.exec_command != nullptr);
    return approvals::decline();
  };
  const auto shown = [&](const auto& params) {
    rule(params);
    return set;
  };
  CHECK(shown(command_request("ls")) == 1);
  CHECK(shown(file_change_request()) == 2);
  CHECK(shown(permissions_request()) == 4);
  CHECK(shown(codex::testing::elicitation(nullptr)) == 8);
  CHECK(shown(patch_request()) == 16);
  CHECK(shown(exec_request()) == 32);
}
