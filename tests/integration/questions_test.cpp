#include <atomic>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/testing.hpp>

using codex::Handlers;
using codex::Json;
using codex::testing::MockModel;
using codex::testing::Reply;
namespace approvals = codex::approvals;
namespace types = codex::protocol;

namespace {

using Question = types::ToolRequestUserInputParams;
using Elicitation = types::McpServerElicitationRequestParams;

/// Has the model ask the user, in plan mode, where it may.
std::string answer_of(Handlers handlers) {
  MockModel mock;
  mock.reply(Reply{}.id("call_q").tool_call(
      "request_user_input", {{"questions",
                              {{{"id", "color"},
                                {"header", "Color"},
                                {"question", "Which?"},
                                {"options",
                                 {{{"label", "Red"}, {"description", "warm"}},
                                  {{"label", "Blue"}, {"description", "cold"}}}}}}}}));
  mock.reply("thanks");
  auto config = mock.config();
  config.handlers = std::move(handlers);
  codex::Codex codex(config);
  const Json plan{
      {"mode", "plan"},
      {"settings",
       {{"model", "gpt-5.5"}, {"reasoning_effort", nullptr}, {"developer_instructions", nullptr}}}};
  auto thread = codex.thread_start();
  CHECK(thread.run("plan", {.extra_params = {{"collaborationMode", plan}}}).final_response ==
        "thanks");
  return mock.last_request().tool_output("call_q").value_or("(none)");
}

/// What the runtime calls the server's tools together: the oldest ones, "mcp__tiny__".
std::string space_in(const codex::testing::ModelRequest& request) {
  const Json tools = request.body.value("tools", Json::array());
  for (const Json& tool : tools) {
    const std::string name = tool.value("name", "");
    if (name.starts_with("mcp__tiny")) return name;
  }
  return "mcp__tiny";
}

/// A model that calls a tool of the small MCP server in tests/support.
class Tiny {
 public:
  Tiny()
      : mock({.approval_policy = "on-request",
              .settings = {{"mcp_servers.tiny.command", "\"python3\""},
                           {"mcp_servers.tiny.args",
                            "[\"-B\", \"" TEST_DATA "/../support/mcp_server.py\"]"}}}) {}

  /// What the model is told of its call.
  std::string call(const codex::Thread& thread, const char* tool) {
    const std::string id = "call_" + std::to_string(++calls_);
    mock.on_request([=](const codex::testing::ModelRequest& request) {
      if (request.tool_output(id)) return Reply("done");
      return Reply{}.id(id).tool_call(tool, {{"text", "it"}}, space_in(request));
    });
    CHECK(thread.run("go").final_response == "done");
    return mock.last_request().tool_output(id).value_or("(none)");
  }

  [[nodiscard]] codex::CodexConfig config(Handlers handlers) const {
    auto config = mock.config();
    config.handlers = std::move(handlers);
    return config;
  }

  MockModel mock;

 private:
  int calls_ = 0;
};

codex::Thread start(codex::Codex& codex) {
  return codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the user's answer to a question reaches the model") {
  const std::string answer = answer_of({.user_input = [](const Question& asked) {
    CHECK(asked.questions.size() == 1);
    return codex::Answers().choose(asked.questions.at(0), 1);
  }});
  CHECK(Json::parse(answer) == Json{{"answers", {{"color", {{"answers", {"Blue"}}}}}}});
}

TEST_CASE("a question that nobody answers, or whose handler throws, is left open") {
  const Json none{{"answers", Json::object()}};
  CHECK(Json::parse(answer_of({})) == none);
  CHECK(Json::parse(answer_of({.user_input = [](const Question& asked) {
          return codex::Answers().choose(asked.questions.at(0), 9);
        }})) == none);
}

TEST_CASE("a tool of an MCP server runs when it is approved, and only then") {
  Tiny tiny;
  std::atomic<int> asked = 0;
  std::atomic<approvals::Decision::Kind> kind = approvals::Decision::Kind::accept;
  codex::Codex codex(tiny.config({.elicitation = [&](const Elicitation& params) {
    const auto tool = approvals::mcp_tool_approval(params);
    REQUIRE(tool);
    CHECK(tool->server == "tiny");
    CHECK(tool->tool == "danger");
    CHECK(tool->arguments == Json{{"text", "it"}});
    ++asked;
    return approvals::Decision(kind);
  }}));
  const auto thread = start(codex);
  CHECK(has(tiny.call(thread, "danger"), "destroyed it"));
  kind = approvals::Decision::Kind::decline;
  CHECK_FALSE(has(tiny.call(thread, "danger"), "destroyed it"));
  kind = approvals::Decision::Kind::cancel;
  CHECK_FALSE(has(tiny.call(thread, "danger"), "destroyed it"));
  kind = approvals::Decision::Kind::accept_for_session;
  CHECK(has(tiny.call(thread, "danger"), "destroyed it"));
  CHECK(has(tiny.call(thread, "danger"), "destroyed it"));
  CHECK(asked == 4);
}

TEST_CASE("a tool of an MCP server does not run while nobody approves it") {
  Tiny tiny;
  codex::Codex codex(tiny.config({}));
  CHECK_FALSE(has(tiny.call(start(codex), "danger"), "destroyed"));
}

TEST_CASE("an MCP server gets the form that the user filled in: a mere yes is no answer to it") {
  Tiny tiny;
  codex::Codex codex(tiny.config({.elicitation = [](const Elicitation& params) {
    CHECK_FALSE(approvals::mcp_tool_approval(params));
    CHECK(params.server_name == "tiny");
    const auto* form = params.as<types::FormMcpServerElicitationRequestParams>();
    REQUIRE(form);
    CHECK(form->message == "Your name?");
    return types::McpServerElicitationRequestResponse{
        .action = types::McpServerElicitationAction::accept, .content = Json{{"name", "Bob"}}};
  }}));
  const auto thread = start(codex);
  const std::string filled = tiny.call(thread, "ask");
  CHECK(has(filled, "accept"));
  CHECK(has(filled, "Bob"));
  thread.set_handlers({.elicitation = [](const Elicitation&) { return approvals::accept(); }});
  const std::string agreed = tiny.call(thread, "ask");
  CHECK(has(agreed, "decline"));
}
