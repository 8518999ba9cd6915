#include <doctest/doctest.h>

#include <codex/answers.hpp>
#include <codex/approvals.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

namespace codex::testing {
namespace {

namespace types = codex::protocol;
using approvals::Decision;

/// The question whether an MCP tool may run, as recorded in shared/traces/mcp.jsonl.
types::McpServerElicitationRequestParams tool_question() {
  return Json::parse(R"({"threadId":"t","turnId":"u","serverName":"tiny","mode":"form",
    "_meta":{"codex_approval_kind":"mcp_tool_call","persist":["session","always"],
      "tool_name":"danger","tool_annotations":{"destructiveHint":true},
      "tool_description":"Deletes it","tool_params":{"text":"d"}},
    "message":"Allow the tiny MCP server to run tool \"danger\"?",
    "requestedSchema":{"type":"object","properties":{}}})")
      .get<types::McpServerElicitationRequestParams>();
}

types::McpServerElicitationRequestParams form(const Json& required) {
  return Json{{"threadId", "t"},
              {"turnId", nullptr},
              {"serverName", "tiny"},
              {"mode", "form"},
              {"message", "Your name?"},
              {"requestedSchema",
               {{"type", "object"},
                {"properties", {{"name", {{"type", "string"}}}}},
                {"required", required}}}}
      .get<types::McpServerElicitationRequestParams>();
}

template <class Response>
Json as(const Decision& decision) {
  return Json(static_cast<Response>(decision)).at("decision");
}

types::ToolRequestUserInputQuestion question(bool takes_other) {
  return Json{{"id", "color"},
              {"header", "Color"},
              {"question", "Which?"},
              {"isOther", takes_other},
              {"options",
               {{{"label", "Red"}, {"description", ""}}, {{"label", "Blue"}, {"description", ""}}}}}
      .get<types::ToolRequestUserInputQuestion>();
}

}  // namespace

TEST_CASE("a decision is the right answer to each kind of approval") {
  using Command = types::CommandExecutionRequestApprovalResponse;
  using File = types::FileChangeRequestApprovalResponse;
  using Patch = types::ApplyPatchApprovalResponse;
  using Exec = types::ExecCommandApprovalResponse;
  CHECK(as<Command>(approvals::accept()) == "accept");
  CHECK(as<Command>(approvals::accept_for_session()) == "acceptForSession");
  CHECK(as<Command>(approvals::decline()) == "decline");
  CHECK(as<Command>(approvals::cancel()) == "cancel");
  CHECK(as<File>(approvals::accept()) == "accept");
  CHECK(as<File>(approvals::accept_for_session()) == "acceptForSession");
  CHECK(as<File>(approvals::decline()) == "decline");
  CHECK(as<File>(approvals::cancel()) == "cancel");
  CHECK(as<Patch>(approvals::accept()) == "approved");
  CHECK(as<Patch>(approvals::cancel()) == "abort");
  CHECK(as<Exec>(approvals::accept_for_session()) == "approved_for_session");
  CHECK(as<Exec>(approvals::decline("too risky")) ==
        Json{{"denied", {{"rejection", "too risky"}}}});
}

TEST_CASE("permissions are granted as asked, for the turn or the session, or not at all") {
  const Json wanted{{"network", {{"enabled", true}}}, {"fileSystem", {{"write", {"/w"}}}}};
  const types::PermissionsRequestApprovalParams asked{
      .cwd = "/",
      .item_id = "i",
      .permissions = wanted.get<types::RequestPermissionProfile>(),
      .thread_id = "t",
      .turn_id = "u"};
  const auto answer = [&](const Decision& decision) { return Json(decision.answer(asked)); };
  CHECK(answer(approvals::accept()) == Json{{"permissions", wanted}, {"scope", "turn"}});
  CHECK(answer(approvals::accept_for_session()) ==
        Json{{"permissions", wanted}, {"scope", "session"}});
  CHECK(answer(approvals::decline()) == Json{{"permissions", Json::object()}, {"scope", "turn"}});
  CHECK(answer(approvals::cancel()).at("permissions").empty());
}

TEST_CASE("the approval of an MCP tool is told from other forms, and answered as one") {
  const auto tool = approvals::mcp_tool_approval(tool_question());
  REQUIRE(tool);
  CHECK(tool->server == "tiny");
  CHECK(tool->tool == "danger");
  CHECK(tool->description == "Deletes it");
  CHECK(tool->arguments == Json{{"text", "d"}});
  CHECK(tool->annotations == Json{{"destructiveHint", true}});
  CHECK(tool->can_accept_for_session);
  CHECK_FALSE(approvals::mcp_tool_approval(form({"name"})));

  const auto answer = [](const Decision& decision) {
    return Json(decision.answer(tool_question()));
  };
  CHECK(answer(approvals::accept()) == Json{{"action", "accept"}, {"content", Json::object()}});
  CHECK(answer(approvals::accept_for_session()) == Json{{"action", "accept"},
                                                        {"content", Json::object()},
                                                        {"_meta", {{"persist", "session"}}}});
  CHECK(answer(approvals::decline()) == Json{{"action", "decline"}});
  CHECK(answer(approvals::cancel()) == Json{{"action", "cancel"}});
}

TEST_CASE("the tool that an older runtime asks about is read from its question") {
  const auto tool_in = [](const std::string& question) {
    Json params(tool_question());
    params.at("_meta").erase("tool_name");
    params["message"] = question;
    const auto tool =
        approvals::mcp_tool_approval(params.get<types::McpServerElicitationRequestParams>());
    return tool.value().tool;
  };
  CHECK(tool_in(R"(Allow the tiny MCP server to run tool "danger"?)") == "danger");
  CHECK(tool_in(R"(Allow the tiny MCP server to run tool "a"b"?)") == R"(a"b)");
  CHECK(tool_in(R"(Allow the other MCP server to run tool "danger"?)").empty());
  CHECK(tool_in(R"(Allow the tiny MCP server to run tool "?)").empty());
  CHECK(tool_in("May it?").empty());
}

TEST_CASE("a mere yes does not fill in a form") {
  CHECK(approvals::accept().answer(form({"name"})).action ==
        types::McpServerElicitationAction::decline);
  CHECK(approvals::accept().answer(form(Json::array())).action ==
        types::McpServerElicitationAction::accept);
  // Only the runtime's own questions can be answered for the session.
  CHECK_FALSE(approvals::accept_for_session().answer(form(Json::array())).meta);
}

TEST_CASE("questions are answered by their options, or in the user's own words where they may") {
  types::ToolRequestUserInputResponse response = Answers().add(question(false), "Blue");
  CHECK(Json(response) == Json{{"answers", {{"color", {{"answers", {"Blue"}}}}}}});
  response = Answers().add(question(true), "Green");
  CHECK(response.answers.at("color").answers == std::vector<std::string>{"Green"});
  response = Answers().choose(question(false), 0);
  CHECK(response.answers.at("color").answers == std::vector<std::string>{"Red"});
  CHECK_THROWS_AS(Answers().add(question(false), "Green"), CodexError);
  CHECK_THROWS_AS(Answers().choose(question(false), 2), CodexError);
}

}  // namespace codex::testing
