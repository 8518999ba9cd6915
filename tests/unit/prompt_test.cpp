#include "approvals/prompt.hpp"

#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"

using codex::Json;
using codex::approvals::Decision;
using codex::detail::choice_of;
using codex::detail::choices_line;
using codex::detail::Prompt;
using codex::detail::prompt_for;
using codex::testing::added;
using codex::testing::changing;
using codex::testing::command_request;
using codex::testing::contains;
using Kind = Decision::Kind;
using Choices = std::vector<Kind>;
namespace types = codex::protocol;

namespace {

const codex::HandlerContext no_context;

std::optional<Prompt> prompt(const types::CommandExecutionRequestApprovalParams& params) {
  return prompt_for({.context = no_context, .command = &params});
}

std::string prompt_text(const types::CommandExecutionRequestApprovalParams& params) {
  const auto asked = prompt(params);
  REQUIRE(asked);
  return asked->text;
}

/// What a question about a file change shows.
std::string prompt_text(const Json& changes) {
  const auto params = codex::testing::file_change_request();
  const auto context = changing(changes);
  const auto asked = prompt_for({.context = context, .file_change = &params});
  REQUIRE(asked);
  return asked->text;
}

const Choices all{Kind::accept, Kind::accept_for_session, Kind::decline, Kind::cancel};

}  // namespace

TEST_CASE("a question about a command shows the command, where, and why") {
  auto params = command_request("/bin/bash -lc 'touch x'");
  params.reason = "May I?";
  CHECK(prompt_text(params) ==
        "\nThe agent asks to run a command.\n"
        "Why:\n  | May I?\n"
        "In:\n  | /repo\n"
        "Command:\n  | /bin/bash -lc 'touch x'\n");
}

TEST_CASE("a question about a command shows what else comes with it") {
  auto params = command_request("curl example.com");
  params.additional_permissions = types::AdditionalPermissionProfile{};
  params.additional_permissions->network = types::AdditionalNetworkPermissions{.enabled = true};
  params.network_approval_context = types::NetworkApprovalContext{
      .host = "example.com", .protocol = types::NetworkApprovalProtocol::https};
  const std::string text = prompt_text(params);
  CHECK(contains(text, "With further permissions:\n"));
  CHECK(contains(text, "\"enabled\": true"));
  CHECK(contains(text, "To reach:\n  | example.com\nBy:\n  | https\n"));
}

TEST_CASE("a question about files shows each change, where it goes, and what is in it") {
  CHECK(prompt_text(Json::array(
            {added("/repo/new", "a\n\tb\n"),
             {{"path", "/repo/old"},
              {"kind", {{"type", "update"}, {"move_path", "/repo/moved"}}},
              {"diff", "-a\n+b"}},
             {{"path", "/repo/gone"}, {"kind", {{"type", "delete"}}}, {"diff", ""}}})) ==
        "\nThe agent asks to change files.\n"
        "New file:\n  | /repo/new\nContent:\n  | a\n  | \tb\n"
        "Change:\n  | /repo/old\nMove to:\n  | /repo/moved\nContent:\n  | -a\n  | +b\n"
        "Delete:\n  | /repo/gone\nContent:\n  | \n");
  CHECK(contains(prompt_text(Json::array()), "it did not say which"));
}

TEST_CASE("a question about the tool of an MCP server shows tool and arguments") {
  const auto params = codex::testing::elicitation({{"codex_approval_kind", "mcp_tool_call"},
                                                   {"tool_name", "danger"},
                                                   {"tool_params", {{"text", "d"}}}});
  const auto asked = prompt_for({.context = no_context, .elicitation = &params});
  REQUIRE(asked);
  CHECK(contains(asked->text, "Server:\n  | tiny\nTool:\n  | danger\nArguments:\n  | {\n"));
  CHECK(asked->choices == Choices{Kind::accept, Kind::decline, Kind::cancel});
  const auto session = codex::testing::elicitation(
      {{"codex_approval_kind", "mcp_tool_call"}, {"tool_name", "danger"}, {"persist", "session"}});
  CHECK(prompt_for({.context = no_context, .elicitation = &session})->choices == all);
}

TEST_CASE("permissions and requests of older runtimes are shown whole") {
  types::PermissionsRequestApprovalParams permissions{
      .cwd = "/repo", .item_id = "r", .permissions = {}, .thread_id = "t", .turn_id = "u"};
  permissions.permissions.network = types::AdditionalNetworkPermissions{.enabled = true};
  const auto asked = prompt_for({.context = no_context, .permissions = &permissions});
  CHECK(contains(asked->text, "\"enabled\": true"));
  CHECK(asked->choices == Choices{Kind::accept, Kind::accept_for_session, Kind::decline});

  const types::ExecCommandApprovalParams command{.call_id = "c",
                                                 .command = {"rm", "a b"},
                                                 .conversation_id = {},
                                                 .cwd = "/",
                                                 .parsed_cmd = {}};
  CHECK(contains(prompt_for({.context = no_context, .exec_command = &command})->text, "\"a b\""));

  const types::ApplyPatchApprovalParams patch{
      .call_id = "c",
      .conversation_id = {},
      .file_changes = {{"/repo/new", types::AddFileChange{.content = "text"}}}};
  const auto text = prompt_for({.context = no_context, .apply_patch = &patch})->text;
  CHECK(contains(text, "Change:\n  | /repo/new\n"));
  CHECK(contains(text, "\"content\": \"text\""));
}

TEST_CASE("what needs more than a yes or no is no question") {
  const auto form = codex::testing::elicitation(nullptr);
  CHECK_FALSE(prompt_for({.context = no_context, .elicitation = &form}));
  auto newer = command_request("ls");
  newer.kind = types::CommandExecutionApprovalKind("newerKind");
  CHECK_FALSE(prompt(newer));
}

TEST_CASE("only what the request offers can be chosen, and no always") {
  using Offered = types::CommandExecutionApprovalDecision;
  auto params = command_request("ls");
  CHECK(prompt(params)->choices == all);
  params.available_decisions = std::vector<Offered>{Offered::accept, Offered::cancel};
  CHECK(prompt(params)->choices == Choices{Kind::accept, Kind::decline, Kind::cancel});
  params.available_decisions = std::vector<Offered>{Offered::accept_for_session};
  CHECK(prompt(params)->choices == Choices{Kind::accept_for_session, Kind::decline});
  params.available_decisions = std::vector<Offered>{};
  CHECK(prompt(params)->choices == Choices{Kind::decline});
  params.available_decisions = {};
  params.kind = types::CommandExecutionApprovalKind("humanCommand");
  CHECK(prompt(params)->choices == Choices{Kind::accept, Kind::decline, Kind::cancel});
}

TEST_CASE("what the agent wrote neither controls the terminal nor hides") {
  const std::string evil =
      "ls\x1b[2K\x1b]0;t\x07\r\x08\x7f\u009b1m\u202e\u2066\u200b\u00ad\ufeff\u2028\u00a0\xff";
  auto params = command_request(evil);
  params.cwd = evil;
  params.reason = evil;
  for (const std::string& text :
       {prompt_text(params), prompt_text(Json::array({added("/" + evil.substr(0, evil.size() - 1),
                                                            evil.substr(0, evil.size() - 1))}))}) {
    CAPTURE(text);
    CHECK(contains(text, "ls\\x1b[2K\\x1b]0;t\\x07\\r\\x08\\x7f\\x9b1m\\u202e\\u2066\\u200b\\xad"));
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      CHECK((c == '\n' || (byte >= 0x20 && byte < 0x7f)));
    }
  }
}

TEST_CASE("no line of the agent's looks like one of ours") {
  const std::string lines = "x\nIn:\n  /safe\n[y]es, [n]o: y\n";
  auto params = command_request(lines + std::string(200, ' ') + "In:");
  params.reason = lines;
  params.cwd = "/repo\nCommand:\nls";
  int ours = 0;
  std::string text = prompt_text(params);
  while (!text.empty()) {
    const std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    if (line.starts_with("  | ")) {
      CHECK(line.size() <= 4 + 72);
    } else {
      ++ours;
    }
  }
  CHECK(ours == 5);  // an empty one, the title, Why, In, Command
}

TEST_CASE("letters from beyond ASCII in a command or a path are pointed at") {
  CHECK(contains(prompt_text(command_request("g\u0456t status")), "Beware"));
  CHECK(contains(prompt_text(Json::array({added("/repo/\u0430")})), "Beware"));
  CHECK_FALSE(contains(prompt_text(command_request("git status")), "Beware"));
  CHECK_FALSE(contains(prompt_text(Json::array({added("/repo/a", "\u0430")})), "Beware"));
}

TEST_CASE("what is too long to be read is not taken in whole") {
  const auto size = [](const std::string& command) {
    return prompt_text(command_request(command)).size();
  };
  CHECK(size(std::string(1 << 24, 'a')) > codex::detail::max_prompt_bytes);
  CHECK(size(std::string(1 << 24, '\n')) > codex::detail::max_prompt_bytes);
  CHECK(size(std::string(1 << 24, '\x01')) < 8 * codex::detail::max_prompt_bytes);
  CHECK(size(std::string(1 << 15, 'a')) < codex::detail::max_prompt_bytes);
}

TEST_CASE("a line is understood by its first letter or its word, and by nothing else") {
  CHECK(choice_of("y", all) == Kind::accept);
  CHECK(choice_of(" Yes\r", all) == Kind::accept);
  CHECK(choice_of("a", all) == Kind::accept_for_session);
  CHECK(choice_of("ALWAYS", all) == Kind::accept_for_session);
  CHECK(choice_of("n", all) == Kind::decline);
  CHECK(choice_of("no", all) == Kind::decline);
  CHECK(choice_of("", all) == Kind::decline);
  CHECK(choice_of("  ", all) == Kind::decline);
  CHECK(choice_of("c", all) == Kind::cancel);
  for (const char* line : {"ye", "yess", "y n", "maybe", "1", "\uff59", "y\x1b[D", "yy"}) {
    CAPTURE(line);
    CHECK_FALSE(choice_of(line, all));
  }
  CHECK_FALSE(choice_of("a", {Kind::accept, Kind::decline}));
  CHECK_FALSE(choice_of("y", {Kind::decline}));
}

TEST_CASE("the line that asks names the choices") {
  CHECK(choices_line(all) == "[y]es, [a]lways in this session, [n]o, [c]ancel the turn: ");
  CHECK(choices_line({Kind::decline}) == "[n]o: ");
}
