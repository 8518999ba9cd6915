#include "approvals/prompt.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "approvals/prompt_page.hpp"
#include "support/approvals.hpp"

using codex::Json;
using codex::approvals::Decision;
using codex::approvals::ScreenSize;
using codex::detail::choice_of;
using codex::detail::choices_line;
using codex::detail::page_of;
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

constexpr ScreenSize large{.columns = 120, .rows = 60};

std::string text_of(const std::optional<Prompt>& asked, ScreenSize size = large) {
  REQUIRE(asked);
  const auto page = page_of(*asked, size);
  REQUIRE(page);
  return *page;
}

std::string prompt_text(const types::CommandExecutionRequestApprovalParams& params,
                        ScreenSize size = large) {
  return text_of(prompt(params), size);
}

bool fits(const std::string& command, ScreenSize size = {}) {
  return page_of(*prompt(command_request(command)), size).has_value();
}

/// What a question about a file change shows.
std::string prompt_text(const Json& changes) {
  const auto params = codex::testing::file_change_request();
  const auto context = changing(changes);
  return text_of(prompt_for({.context = context, .file_change = &params}));
}

const Choices all{Kind::accept, Kind::accept_for_session, Kind::decline, Kind::cancel};

}  // namespace

TEST_CASE("a question about a command shows the command, where, and why") {
  auto params = command_request("/bin/bash -lc 'touch x'");
  params.reason = "May I?";
  CHECK(prompt_text(params) ==
        "\nThe agent asks to run a command.\n"
        "Why:\n  | May I?\n"
        "Command:\n  | /bin/bash -lc 'touch x'\n"
        "Program:\n  | touch\n"
        "In:\n  | /repo\n");
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
        "File:\n  | /repo/new\nContent:\n  | a\n  | \tb\n"
        "File:\n  | /repo/old\nContent:\n  | -a\n  | +b\n"
        "File:\n  | /repo/gone\nContent:\n  | \n"
        "New file:\n  | /repo/new\n"
        "Change:\n  | /repo/old\nMove to:\n  | /repo/moved\n"
        "Delete:\n  | /repo/gone\n");
  CHECK(contains(prompt_text(Json::array()), "it does not say which"));
}

TEST_CASE("a question about the tool of an MCP server shows tool and arguments") {
  const auto params = codex::testing::elicitation({{"codex_approval_kind", "mcp_tool_call"},
                                                   {"tool_name", "danger"},
                                                   {"tool_params", {{"text", "d"}}}});
  const auto asked = prompt_for({.context = no_context, .elicitation = &params});
  REQUIRE(asked);
  CHECK(contains(text_of(asked), "Server:\n  | tiny\nTool:\n  | danger\n"));
  CHECK(contains(text_of(asked), "Arguments:\n  | {\n"));
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
  CHECK(contains(text_of(asked), "\"enabled\": true"));
  CHECK(asked->choices == Choices{Kind::accept, Kind::accept_for_session, Kind::decline});

  const types::ExecCommandApprovalParams command{.call_id = "c",
                                                 .command = {"rm", "a b"},
                                                 .conversation_id = {},
                                                 .cwd = "/",
                                                 .parsed_cmd = {}};
  CHECK(
      contains(text_of(prompt_for({.context = no_context, .exec_command = &command})), "\"a b\""));

  const types::ApplyPatchApprovalParams patch{
      .call_id = "c",
      .conversation_id = {},
      .file_changes = {{"/repo/new", types::AddFileChange{.content = "text"}}}};
  const auto text = text_of(prompt_for({.context = no_context, .apply_patch = &patch}));
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

TEST_CASE("no line of the agent's looks like one of ours, however narrow the terminal") {
  const std::string lines = "x\nIn:\n  /safe\n[y]es, [n]o: y\n";
  auto params = command_request(lines + std::string(200, ' ') + "In:");
  params.reason = lines + std::string(70, '\t') + "In:" + std::string(99, '.') + "\u6f22In:";
  params.cwd = "/repo\nCommand:\nls";
  for (const int columns : {20, 21, 24, 40, 76, 77, 78, 80, 300}) {
    CAPTURE(columns);
    std::string text = prompt_text(params, {.columns = columns, .rows = 150});
    std::vector<std::string> ours;
    while (!text.empty()) {
      const std::string line = text.substr(0, text.find('\n'));
      text.erase(0, line.size() + 1);
      if (!line.starts_with("  | ")) {
        ours.push_back(line.substr(0, 8));
      } else if (!contains(line, "\u6f22") && !contains(line, "\t")) {
        CHECK(line.size() <= static_cast<std::size_t>(std::min(4 + 72, columns - 1)));
      }
    }
    CHECK(ours == std::vector<std::string>{"", "The agen",
                                           "Why:", "Command:", "(Beware:", "In:", "(Beware:"});
  }
}

TEST_CASE("wide letters, marks and tabs count for as much as they may take") {
  const auto longest = [](const std::string& piece, int columns) {
    std::string command = "echo ";
    for (int i = 0; i < 60; ++i) command += piece;
    std::string text = prompt_text(command_request(command), {.columns = columns, .rows = 150});
    std::size_t most = 0;
    for (std::size_t at = 0; (at = text.find("  | ", at)) != std::string::npos; at += 4) {
      const std::string line = text.substr(at + 4, text.find('\n', at) - at - 4);
      std::size_t count = 0;
      for (std::size_t i = line.find(piece); i != std::string::npos; i = line.find(piece, i + 1)) {
        ++count;
      }
      most = std::max(most, count);
    }
    return most;
  };
  CHECK(longest("\u6f22", 45) == 20);      // 40 columns
  CHECK(longest("\U0001f600", 45) == 20);  // an emoji
  CHECK(longest("\u0301", 45) == 20);      // combines with the letter before
  CHECK(longest("\t", 45) == 5);
}

TEST_CASE("where nobody can read a command, nobody is asked") {
  CHECK(fits("ls", {.columns = 20, .rows = 24}));
  CHECK_FALSE(fits("ls", {.columns = 19, .rows = 24}));
  CHECK_FALSE(fits("ls", {.columns = 1, .rows = 24}));
  CHECK_FALSE(fits("ls", {.columns = 80, .rows = 5}));
  CHECK_FALSE(fits("ls", {.columns = 0, .rows = 0}));
  CHECK_FALSE(fits("ls", {.columns = -1, .rows = -1}));
}

TEST_CASE("what decides stands last, and is in sight as a whole") {
  auto params = command_request("rm -rf /home\n" + std::string(20, '\n') + "echo harmless");
  CHECK_FALSE(page_of(*prompt(params), {}));
  params.command = "rm -rf /home\necho harmless";
  params.reason = std::string(100, '\n') + "harmless";
  const std::string text = prompt_text(params, {});
  CHECK(contains(text, "More than fits on the screen"));
  CHECK(
      text.ends_with("Command:\n  | rm -rf /home\n  | echo harmless\n"
                     "(Beware: it is more than one plain command.)\n"
                     "In:\n  | /repo\n"));
}

TEST_CASE("the paths of a patch stand last, below what is in the files") {
  std::string diff;
  for (int i = 0; i < 150; ++i) diff += "+harmless\n";
  const std::string text = prompt_text(Json::array({added("/home/me/.bashrc", diff)}));
  CHECK(text.ends_with("New file:\n  | /home/me/.bashrc\n"));
  Json many = Json::array();
  for (int i = 0; i < 40; ++i) many.push_back(added("/repo/" + std::to_string(i), "x"));
  const auto context = changing(many);
  const auto params = codex::testing::file_change_request();
  CHECK_FALSE(page_of(*prompt_for({.context = context, .file_change = &params}), {}));
}

TEST_CASE("what pushes a question away is not shown") {
  CHECK_FALSE(fits("rm -rf /home; " + std::string(10'000, '\n') + "ls", large));
  CHECK_FALSE(fits("rm -rf /home; " + std::string(10'000, ' ') + "ls", large));
  std::string diff;
  for (int i = 0; i < 2'500; ++i) diff += "+harmless\n";
  const auto params = codex::testing::file_change_request();
  const auto context = changing(Json::array({added("/home/me/.bashrc", diff)}));
  CHECK_FALSE(page_of(*prompt_for({.context = context, .file_change = &params}), large));
  auto asked = command_request("ls");
  asked.reason = std::string(10'000, '\n');
  CHECK_FALSE(page_of(*prompt(asked), large));
}

TEST_CASE("letters that may look like others are named in words") {
  CHECK(contains(prompt_text(command_request("g\u0456t status")),
                 "(Beware: these may only look like other letters: \\u0456.)"));
  CHECK(contains(prompt_text(Json::array({added("/repo/\u0430")})), "\\u0430"));
  CHECK_FALSE(contains(prompt_text(command_request("git status")), "Beware"));
  CHECK_FALSE(contains(prompt_text(Json::array({added("/repo/a", "\u0430")})), "Beware"));
  const std::string many = "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456";
  CHECK(contains(prompt_text(command_request(many)), "\\u0443 and more.)"));
}

TEST_CASE("characters that do not show are named in words, wherever they are") {
  const std::string beware =
      "(Beware: these do not show, or change how text shows, and are spelled";
  CHECK(contains(prompt_text(command_request("ls \u200b\u202ex")),
                 beware + " out: \\u200b, \\u202e.)"));
  CHECK(contains(prompt_text(Json::array({added("/repo/a", "x = 1 \u2067;")})), beware));
  auto params = command_request("ls");
  params.cwd = "/repo\nCommand:";
  CHECK(contains(prompt_text(params), "  | /repo\\nCommand:\n(Beware: these do not show"));
  CHECK_FALSE(contains(prompt_text(command_request("cat <<E\n\tx\nE")), "these do not show"));
}

TEST_CASE("letters from right to left cannot change the order of a command or a path") {
  const std::string text = prompt_text(command_request("rm \u05d0\u05d1 /safe/1 2"));
  CHECK(contains(text, "rm \\u05d0\\u05d1 /safe/1 2"));
  CHECK(contains(prompt_text(Json::array({added("/repo/\u0627b")})), "/repo/\\u0627b"));
}

TEST_CASE("what a request does not say is said in words") {
  auto params = command_request("ls");
  params.command = {};
  CHECK(contains(prompt_text(params), "(Beware: it does not say which command.)\nIn:"));
  CHECK(prompt(params)->choices == Choices{Kind::accept, Kind::decline, Kind::cancel});
  params.cwd = {};
  CHECK(prompt_text(params).ends_with("(Beware: it does not say in which folder.)\n"));
}

TEST_CASE("another environment than the usual one is named") {
  auto params = command_request("ls");
  params.environment_id = "local";
  CHECK_FALSE(contains(prompt_text(params), "Environment"));
  params.environment_id = "prod\nIn:";
  CHECK(contains(prompt_text(params), "Environment:\n  | prod\\nIn:\n"));
}

TEST_CASE("always is not offered where the same words may do something else later") {
  for (const char* command :
       {"sh x.sh", "/bin/bash -lc 'sh x.sh'", "python3.11 x.py", "make", "git status", "./build",
        "env ls", "find . -name x", "ls; ls", "echo $X", "npm test", "/repo/tool", "", "'"}) {
    CAPTURE(command);
    CHECK(prompt(command_request(command))->choices ==
          Choices{Kind::accept, Kind::decline, Kind::cancel});
  }
  for (const char* command : {"ls -l", "/bin/bash -lc 'touch x'", "/usr/bin/rm x", "rm x"}) {
    CAPTURE(command);
    CHECK(prompt(command_request(command))->choices == all);
  }
  types::ExecCommandApprovalParams older{.call_id = "c",
                                         .command = {"bash", "-lc", "make"},
                                         .conversation_id = {},
                                         .cwd = "/",
                                         .parsed_cmd = {}};
  CHECK(prompt_for({.context = no_context, .exec_command = &older})->choices ==
        Choices{Kind::accept, Kind::decline, Kind::cancel});
}

TEST_CASE("what is too long to be read is not taken in whole") {
  for (const std::string piece : {"a", "\n", "\x01", "\u200b", "\u6f22"}) {
    std::string command;
    for (int i = 0; i < 1 << 20; ++i) command += piece;
    const auto asked = prompt(command_request(command));
    std::size_t size = 0;
    for (const auto& part : asked->decisive) size += part.text.size();
    CHECK(size < 3 * codex::detail::max_prompt_bytes);
    CHECK_FALSE(page_of(*asked, {.columns = 1000, .rows = 100'000}));
  }
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
