#include <atomic>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/account.hpp>
#include <codex/protocol/attestation.hpp>
#include <codex/protocol/current_time.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>
#include <codex/testing/gate.hpp>
#include <codex/testing/scripted_server.hpp>

#include "handlers/dispatcher.hpp"
#include "support/approvals.hpp"
#include "support/coroutines.hpp"
#include "support/fake_runtime.hpp"
#include "support/lingering_handler.hpp"
#include "support/messages.hpp"
#include "support/secrets.hpp"
#include "support/stopping.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {
namespace {

namespace types = codex::protocol;
using namespace std::chrono_literals;
using Command = types::CommandExecutionRequestApprovalParams;
using CommandAnswer = types::CommandExecutionRequestApprovalResponse;
using Kind = HandlerProblem::Kind;

constexpr const char* command_method = "item/commandExecution/requestApproval";

Json command_params(const std::string& turn = "u1", const std::string& item = "i1") {
  return {{"threadId", "t1"}, {"turnId", turn},      {"itemId", item},
          {"startedAtMs", 1}, {"command", "ls -la"}, {"cwd", "/"}};
}

Json decision(const char* value) { return {{"decision", value}}; }

/// The problems that the app is told of.
class Problems {
 public:
  [[nodiscard]] std::function<void(const HandlerProblem&)> listener() {
    return [this](const HandlerProblem& problem) {
      const std::lock_guard lock(mutex_);
      problems_.push_back(problem);
      told_.notify_all();
    };
  }
  /// The next one; a problem without a method when none comes.
  [[nodiscard]] HandlerProblem next() {
    std::unique_lock lock(mutex_);
    if (!told_.wait_until(lock, soon(), [&] { return !problems_.empty(); })) return {};
    HandlerProblem problem = problems_.front();
    problems_.pop_front();
    return problem;
  }
  [[nodiscard]] bool empty() {
    const std::lock_guard lock(mutex_);
    return problems_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable told_;
  std::deque<HandlerProblem> problems_;
};

CodexConfig with(FakeRuntime& runtime, Handlers handlers) {
  CodexConfig config = runtime.config();
  config.handlers = std::move(handlers);
  return config;
}

/// A handler of approvals that runs until it is stopped.
Handlers waits_for_stop(Gate& running, Gate& stopped, Problems& problems) {
  return {.command_approval =
              [&](const Command&, const HandlerContext& context) {
                running.open();
                if (wait_for_stop(context)) stopped.open();
                return approvals::accept();
              },
          .on_problem = problems.listener()};
}

struct Case {
  const char* method;
  Json params;
  Json refusal;   // null: an error
  Json accepted;  // what `all_handlers` answers
};

std::vector<Case> all_requests() {
  return {
      {command_method, command_params(), decision("decline"), decision("accept")},
      {"item/fileChange/requestApproval",
       {{"threadId", "t1"}, {"turnId", "u1"}, {"itemId", "p1"}, {"startedAtMs", 1}},
       decision("decline"),
       decision("acceptForSession")},
      {"item/permissions/requestApproval",
       {{"threadId", "t1"},
        {"turnId", "u1"},
        {"itemId", "i1"},
        {"startedAtMs", 1},
        {"cwd", "/"},
        {"permissions", {{"network", {{"enabled", true}}}}}},
       {{"permissions", Json::object()}, {"scope", "turn"}},
       {{"permissions", {{"network", {{"enabled", true}}}}}, {"scope", "turn"}}},
      {"item/tool/requestUserInput",
       {{"threadId", "t1"},
        {"turnId", "u1"},
        {"itemId", "i1"},
        {"isBlocking", true},
        {"questions",
         {{{"id", "color"}, {"header", "Color"}, {"question", "Which?"}, {"isOther", true}}}}},
       {{"answers", Json::object()}},
       {{"answers", {{"color", {{"answers", {"Blue"}}}}}}}},
      {"mcpServer/elicitation/request",
       {{"threadId", "t1"},
        {"turnId", nullptr},
        {"serverName", "tiny"},
        {"mode", "url"},
        {"message", "Log in"},
        {"url", "http://127.0.0.1/"},
        {"elicitationId", "e1"}},
       {{"action", "decline"}},
       {{"action", "accept"}}},
      {"item/tool/call",
       {{"threadId", "t1"},
        {"turnId", "u1"},
        {"callId", "c1"},
        {"tool", "add"},
        {"arguments", {{"a", 1}}}},
       {{"contentItems",
         {{{"type", "inputText"}, {"text", "The client answers no requests of this kind."}}}},
        {"success", false}},
       {{"contentItems", {{{"type", "inputText"}, {"text", "add"}}}}, {"success", true}}},
      {"account/chatgptAuthTokens/refresh",
       {{"reason", "unauthorized"}},
       nullptr,
       {{"accessToken", "token"}, {"chatgptAccountId", "account"}}},
      {"attestation/generate", Json::object(), nullptr, {{"token", "proof"}}},
      {"currentTime/read", {{"threadId", "t1"}}, nullptr, {{"currentTimeAt", 1234}}},
      {"applyPatchApproval",
       {{"conversationId", "t1"}, {"callId", "c1"}, {"fileChanges", Json::object()}},
       {{"decision",
         {{"denied", {{"rejection", "The client answers no requests of this kind."}}}}}},
       {{"decision", {{"denied", {{"rejection", "not this one"}}}}}}},
      {"execCommandApproval",
       {{"conversationId", "t1"},
        {"callId", "c1"},
        {"command", {"ls"}},
        {"cwd", "/"},
        {"parsedCmd", Json::array()}},
       {{"decision",
         {{"denied", {{"rejection", "The client answers no requests of this kind."}}}}}},
       decision("abort")},
  };
}

Handlers all_handlers() {
  using namespace approvals;
  return {
      .command_approval = [](const Command&) -> CommandAnswer { return accept(); },
      .file_change_approval = [](const auto&) { return accept_for_session(); },
      .permissions_approval = [](const auto&, const HandlerContext&) { return accept(); },
      .user_input =
          [](const types::ToolRequestUserInputParams& asked) {
            return Answers().add(asked.questions.at(0), "Blue");
          },
      .elicitation = [](const auto&) { return accept(); },
      .tool_call =
          [](const types::DynamicToolCallParams& call) {
            return types::DynamicToolCallResponse{
                .content_items = {types::InputTextDynamicToolCallOutputContentItem{.text =
                                                                                       call.tool}},
                .success = true};
          },
      .auth_tokens_refresh =
          [](const types::ChatgptAuthTokensRefreshParams&) {
            return types::ChatgptAuthTokensRefreshResponse{.access_token = "token",
                                                           .chatgpt_account_id = "account"};
          },
      .attestation =
          [](const types::AttestationGenerateParams&) {
            return types::AttestationGenerateResponse{.token = "proof"};
          },
      .current_time =
          [](const types::CurrentTimeReadParams&) {
            return types::CurrentTimeReadResponse{.current_time_at = 1234};
          },
      .apply_patch_approval = [](const auto&) { return decline("not this one"); },
      .exec_command_approval = [](const auto&) { return cancel(); },
  };
}

}  // namespace

TEST_CASE("a request that nobody answers is refused in its own shape") {
  FakeRuntime runtime;
  Codex codex(runtime.config());
  std::int64_t id = 0;
  for (const Case& asked : all_requests()) {
    CAPTURE(asked.method);
    runtime.ask(id, asked.method, asked.params);
    const Json answer = runtime.answer_to(id++);
    if (asked.refusal.is_null()) {
      CHECK(answer.at("error").at("code") == -32601);
    } else {
      CHECK(answer.at("result") == asked.refusal);
    }
  }
  runtime.ask(id, "newer/request", {});
  CHECK(runtime.answer_to(id).at("error").at("code") == -32601);
}

TEST_CASE("each request is answered by its own handler") {
  FakeRuntime runtime;
  Codex codex(with(runtime, all_handlers()));
  std::int64_t id = 0;
  for (const Case& asked : all_requests()) {
    CAPTURE(asked.method);
    runtime.ask(id, asked.method, asked.params);
    CHECK(runtime.answer_to(id++).at("result") == asked.accepted);
  }
}

TEST_CASE("a runtime that is a process of its own gets each answer in the middle of a turn") {
  for (const bool is_answered : {true, false}) {
    CAPTURE(is_answered);
    Answer turn;
    turn.begin_turn();
    for (const Case& asked : all_requests()) {
      if (is_answered) {
        turn.ask(asked.method, asked.params, asked.accepted);
      } else if (asked.refusal.is_null()) {
        turn.ask(asked.method, asked.params);
      } else {
        turn.ask(asked.method, asked.params, asked.refusal);
      }
    }
    ScriptedServer server;
    server.once("turn/start", turn.say("done").end_turn());
    CodexConfig config = server.config();
    if (is_answered) config.handlers = all_handlers();
    Codex codex(config);
    CHECK(codex.thread_start().run("go").final_response == "done");
    CHECK(server.problems().empty());
  }
}

TEST_CASE("requests that are newer than the SDK go to the handler of all others") {
  FakeRuntime runtime;
  Codex codex(with(runtime, {.other = [](const std::string& method, const Json& params) {
                     return Json{{"method", method}, {"params", params}};
                   }}));
  runtime.ask(1, "newer/request", {{"x", 1}});
  CHECK(runtime.answer_to(1).at("result") ==
        Json{{"method", "newer/request"}, {"params", {{"x", 1}}}});
  // What is known does not go there.
  runtime.ask(2, command_method, command_params());
  CHECK(runtime.answer_to(2).at("result") == decision("decline"));
}

TEST_CASE("answers that are secret do not reach the wire log") {
  const codex::testing::detail::TempDir folder("secret-");
  const auto log = folder.path() / "wire.jsonl";
  FakeRuntime runtime;
  auto config = with(runtime, all_handlers());
  config.wire_log = log.string();
  Json question{{"id", "color"}, {"header", "PIN"}, {"question", "Which?"}, {"isOther", true}};
  {
    Codex codex(config);
    for (const bool is_secret : {false, true}) {
      question["isSecret"] = is_secret;
      runtime.ask(is_secret ? 2 : 1, "item/tool/requestUserInput",
                  {{"threadId", "t1"},
                   {"turnId", "u1"},
                   {"itemId", "i1"},
                   {"isBlocking", true},
                   {"questions", {question}}});
      CHECK(runtime.answer_to(is_secret ? 2 : 1).dump().find("Blue") != std::string::npos);
    }
    runtime.ask(3, "attestation/generate", Json::object());
    CHECK(runtime.answer_to(3).at("result").at("token") == "proof");
  }
  std::ifstream in(log);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  CHECK(text.find("Blue") != std::string::npos);
  CHECK(text.find("Blue") == text.rfind("Blue"));
  CHECK(text.find("proof") == std::string::npos);
}

TEST_CASE("an empty function is a handler that is not set") {
  const std::function<CommandAnswer(const Command&)> empty;
  CHECK_FALSE(Handlers{.command_approval = empty}.command_approval);
  CHECK_FALSE(Handlers{.command_approval = nullptr}.command_approval);
  CHECK(all_handlers().command_approval);
}

TEST_CASE("a handler can be made of another one") {
  const auto inner = all_handlers().command_approval;
  const Handlers outer{.command_approval = [inner](const Command& asked,
                                                   const HandlerContext& context) -> CommandAnswer {
    if (asked.command == "rm") return approvals::decline();
    return inner(asked, context);
  }};
  CHECK(
      outer.command_approval(Command{.item_id = "i", .thread_id = "t", .turn_id = "u"}).decision ==
      types::CommandExecutionApprovalDecision::accept);
}

TEST_CASE("a handler that throws refuses, and the app is told what it threw") {
  FakeRuntime runtime;
  Problems problems;
  Codex codex(with(runtime, {.command_approval = [](const Command&) -> CommandAnswer {
                               throw std::runtime_error("no such rule");
                             },
                             .current_time = [](const types::CurrentTimeReadParams&)
                                 -> types::CurrentTimeReadResponse { throw 1; },
                             .on_problem = problems.listener()}));
  runtime.ask(1, command_method, command_params());
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
  const HandlerProblem threw = problems.next();
  CHECK(threw.kind == Kind::threw);
  CHECK(threw.method == command_method);
  CHECK(threw.thread_id == "t1");
  CHECK(threw.turn_id == "u1");
  CHECK(threw.message == "no such rule");
  CHECK_THROWS_AS(std::rethrow_exception(threw.error), std::runtime_error);

  runtime.ask(2, "currentTime/read", {{"threadId", "t1"}});
  const Json error = runtime.answer_to(2).at("error");
  CHECK(error.at("code") == -32603);
  CHECK(error.at("message") == "The client failed to answer.");
  CHECK(problems.next().method == "currentTime/read");
}

TEST_CASE("what the app is told of a handler's exception shows no secret") {
  FakeRuntime runtime;
  Problems problems;
  std::string thrown;
  Codex codex(with(runtime, {.command_approval = [&](const Command&) -> CommandAnswer {
                               throw std::runtime_error(thrown);
                             },
                             .on_problem = problems.listener()}));
  std::int64_t id = 0;
  for (const auto& secret : codex::testing::secrets()) {
    thrown = "failed: " + secret.text;
    runtime.ask(++id, command_method, command_params());
    (void)runtime.answer_to(id);
    const HandlerProblem problem = problems.next();
    for (const auto& hidden : secret.hides) {
      CHECK(problem.message.find(hidden.text) == std::string::npos);
    }
  }
}

TEST_CASE("params that do not fit are refused without a handler being called") {
  FakeRuntime runtime;
  Problems problems;
  Codex codex(with(runtime, {.command_approval = all_handlers().command_approval,
                             .on_problem = problems.listener()}));
  Json params = command_params();
  params["command"] = 7;
  runtime.ask(1, command_method, params);
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
  const HandlerProblem problem = problems.next();
  CHECK(problem.kind == Kind::unreadable);
  CHECK(problem.message.find("command") != std::string::npos);
}

TEST_CASE("params of which a part does not fit are refused without a handler being called") {
  FakeRuntime runtime;
  Problems problems;
  std::atomic<int> calls = 0;
  const auto yes = [&](const auto&) {
    ++calls;
    return approvals::accept();
  };
  Codex codex(with(runtime, {.command_approval = yes, .on_problem = problems.listener()}));
  int id = 1;
  Json newer = command_params();
  newer["newer"] = 7;
  runtime.ask(id, command_method, newer);
  CHECK(runtime.answer_to(id).at("result") == decision("accept"));
  for (const char* name : {"cwd", "additionalPermissions", "networkApprovalContext", "kind"}) {
    CAPTURE(name);
    Json params = command_params();
    params[name] = Json::array({7});
    runtime.ask(++id, command_method, params);
    CHECK(runtime.answer_to(id).at("result") == decision("decline"));
    const HandlerProblem problem = problems.next();
    CHECK(problem.kind == Kind::unreadable);
    CHECK(problem.message.find(name) != std::string::npos);
  }
  CHECK(calls == 1);
}

TEST_CASE("the app is told of requests that have no handler") {
  FakeRuntime runtime;
  Problems problems;
  Codex codex(with(runtime, {.on_problem = problems.listener()}));
  runtime.ask(1, command_method, command_params());
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
  const HandlerProblem problem = problems.next();
  CHECK(problem.kind == Kind::not_set);
  CHECK(problem.method == command_method);
}

TEST_CASE("a handler is stopped when the runtime ends") {
  FakeRuntime runtime;
  Gate running;
  Gate stopped;
  Codex codex(
      with(runtime, {.command_approval = [&](const Command&, const HandlerContext& context) {
             running.open();
             if (wait_for_stop(context)) stopped.open();
             return approvals::accept();
           }}));
  runtime.ask(1, command_method, command_params());
  REQUIRE(running.pass({}));
  runtime.end();
  CHECK(stopped.pass({}));
}

TEST_CASE("what the handlers of a thread hold is let go when the client closes") {
  FakeRuntime runtime;
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  const auto held = std::make_shared<int>(1);
  {
    auto config = with(runtime, {});
    config.shutdown_timeout = 20s;
    Codex codex(config);
    const Thread thread = codex.thread_start();
    thread.set_handlers(
        {.command_approval = [thread, held](const Command&) { return approvals::accept(); }});
    CHECK(held.use_count() == 2);
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("so is what a handler holds that was a coroutine, and has answered") {
  FakeRuntime runtime;
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  const auto held = std::make_shared<int>(1);
  {
    auto config = with(runtime, {});
    config.shutdown_timeout = 20s;
    Codex codex(config);
    const Thread thread = codex.thread_start();
    thread.set_handlers(
        {.command_approval = [thread, held](const Command&) -> Task<approvals::Decision> {
          co_await sleep_for(20ms);  // on the SDK's thread by then
          co_return approvals::accept();
        }});
    runtime.ask(1, command_method, command_params());
    CHECK(runtime.answer_to(1).at("result") == decision("accept"));
    codex.close();
  }
  CHECK(held.use_count() == 1);
}

namespace {

/// A reply that nobody waits for: at its end it tells whether something was gone by then.
class LastReply final : public codex::detail::HandlerReply {
 public:
  LastReply(std::weak_ptr<int> held, std::promise<bool>& was_gone)
      : held_(std::move(held)), was_gone_(was_gone) {}
  ~LastReply() override { was_gone_.set_value(held_.expired()); }
  LastReply(const LastReply&) = delete;
  LastReply(LastReply&&) = delete;
  LastReply& operator=(const LastReply&) = delete;
  LastReply& operator=(LastReply&&) = delete;

  void answer(std::string /*response*/) override {}
  void fail(std::exception_ptr /*error*/) override {}

 private:
  const std::weak_ptr<int> held_;
  std::promise<bool>& was_gone_;
};

}  // namespace

TEST_CASE("what a coroutine was given ends before its reply does, which a close waits for") {
  const NoFrameIsLost check;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  std::stop_source stop;
  std::shared_ptr<codex::detail::HandlerBody> body;
  SUBCASE("a handler of known requests") {
    body =
        body_of(Handlers{.command_approval = [held](const Command&) -> Task<approvals::Decision> {
                  co_await sleep_for(1h);
                  co_return approvals::accept();
                }}.command_approval);
  }
  SUBCASE("the handler of all others") {
    body = body_of(Handlers{.other = [held](const std::string&, const Json&) -> Task<Json> {
                     co_await sleep_for(1h);
                     co_return Json();
                   }}.other);
  }
  held.reset();
  std::promise<bool> was_gone;
  body->start(command_params().dump(), {.stop = stop.get_token()},
              std::make_shared<LastReply>(watched, was_gone));
  body.reset();
  REQUIRE_FALSE(watched.expired());
  stop.request_stop();
  CHECK(was_gone.get_future().get());
}

namespace {

struct Approver {
  std::shared_ptr<int> rules;
  approvals::Decision operator()(const Command& /*asked*/) const { return approvals::accept(); }
};

}  // namespace

TEST_CASE("an aggregate with a call operator is a handler") {
  FakeRuntime runtime;
  Codex codex(with(runtime, {.command_approval = Approver{}}));
  runtime.ask(1, command_method, command_params());
  CHECK(runtime.answer_to(1).at("result") == decision("accept"));
}

TEST_CASE("a handler that is too slow is told to stop, and what it answers then is dropped") {
  bool has_run = false;
  // Where its thread does not begin in the time that it has, it is not called at all.
  for (auto time = 20ms; !has_run && time < 20s; time *= 2) {
    FakeRuntime runtime;
    Problems problems;
    Gate running;
    Gate stopped;
    auto config = with(runtime, waits_for_stop(running, stopped, problems));
    config.handler_timeout = time;
    {
      Codex codex(config);
      runtime.ask(1, command_method, command_params());
      CHECK(runtime.answer_to(1).at("result") == decision("decline"));
      CHECK(problems.next().kind == Kind::too_slow);
      if (running.is_open()) CHECK(stopped.pass({}));
    }
    has_run = running.is_open();
    CHECK(stopped.is_open() == has_run);
    CHECK(runtime.answers_to(1) == 1);
  }
  CHECK(has_run);
}

TEST_CASE("a handler is stopped when its request was resolved, or its turn is over") {
  FakeRuntime runtime;
  Problems problems;
  Gate running;
  Gate stopped;
  auto config = with(runtime, waits_for_stop(running, stopped, problems));
  config.shutdown_timeout = 20s;  // a handler that is left behind would be a problem
  Codex codex(config);
  runtime.ask(7, command_method, command_params());
  REQUIRE(running.pass({}));
  SUBCASE("resolved") {
    runtime.notify("serverRequest/resolved", {{"threadId", "t1"}, {"requestId", 8}});
    runtime.notify("serverRequest/resolved", {{"threadId", "t1"}, {"requestId", 7}});
    CHECK(stopped.pass({}));
  }
  SUBCASE("the turn is over") {
    runtime.notify("turn/completed", {{"threadId", "t1"}, {"turn", {{"id", "u2"}}}});
    runtime.notify("turn/completed", {{"threadId", "t1"}, {"turn", {{"id", "u1"}}}});
    CHECK(runtime.answer_to(7).at("result") == decision("decline"));
    CHECK(stopped.pass({}));
  }
  SUBCASE("the thread is gone") {
    runtime.notify("thread/archived", {{"threadId", "t1"}});
    CHECK(runtime.answer_to(7).at("result") == decision("decline"));
    CHECK(stopped.pass({}));
    CHECK(problems.next().kind == Kind::thread_gone);
  }
  codex.close();
  CHECK(problems.empty());
  CHECK(runtime.answers_to(7) <= 1);
}

TEST_CASE("handlers run beside each other") {
  FakeRuntime runtime;
  Gate first;
  Gate second;
  Codex codex(with(runtime, {.command_approval = [&](const Command& asked) {
                     const bool is_first = asked.item_id == "first";
                     (is_first ? first : second).open();
                     return (is_first ? second : first).pass({}) ? approvals::accept()
                                                                 : approvals::decline();
                   }}));
  runtime.ask(1, command_method, command_params("u1", "first"));
  runtime.ask(2, command_method, command_params("u1", "second"));
  CHECK(runtime.answer_to(1).at("result") == decision("accept"));
  CHECK(runtime.answer_to(2).at("result") == decision("accept"));
}

TEST_CASE("requests beyond what can run and wait are refused, and the app is told") {
  FakeRuntime runtime;
  Problems problems;
  Gate gate;
  Codex codex(with(runtime, {.command_approval =
                                 [&](const Command&) {
                                   return gate.pass({}) ? approvals::accept()
                                                        : approvals::decline();
                                 },
                             .on_problem = problems.listener()}));
  constexpr auto places = static_cast<std::int64_t>(codex::detail::Dispatcher::max_running +
                                                    codex::detail::Dispatcher::max_waiting);
  for (std::int64_t id = 0; id <= places; ++id) {
    runtime.ask(id, command_method, command_params("u1", std::to_string(id)));
  }
  // Threads take the first ones in their own time: one of the last few was too many.
  CHECK(problems.next().kind == Kind::overloaded);
  gate.open();
  int accepted = 0;
  for (std::int64_t id = 0; id <= places; ++id) {
    if (runtime.answer_to(id).at("result") == decision("accept")) ++accepted;
  }
  CHECK(accepted <= places);
  CHECK(accepted >= places - static_cast<std::int64_t>(codex::detail::Dispatcher::max_running));
}

TEST_CASE("a handler may call the client, and close it") {
  FakeRuntime runtime;
  runtime.on("thread/read", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  runtime.on("turn/interrupt", [](const Json&) { return Json::object(); });
  Gate closed;
  std::unique_ptr<Codex> codex;
  Gate made;
  codex = std::make_unique<Codex>(
      with(runtime, {.command_approval = [&](const Command&, const HandlerContext& context) {
             (void)made.pass({});
             context.interrupt();
             CHECK(context.thread().id() == "t1");
             (void)codex->request("thread/read", {{"threadId", context.thread_id}});
             codex->close();
             CHECK(context.stop.stop_requested());
             CHECK_THROWS_AS((void)codex->request("thread/read"), TransportClosedError);
             closed.open();
             return approvals::accept();
           }}));
  made.open();
  runtime.ask(1, command_method, command_params());
  CHECK(closed.pass({}));
  CHECK(runtime.asked("turn/interrupt").at(0) == Json{{"threadId", "t1"}, {"turnId", "u1"}});
}

TEST_CASE("a handler may destroy the client") {
  FakeRuntime runtime;
  Gate destroyed;
  Gate made;
  std::unique_ptr<Codex> codex;
  codex = std::make_unique<Codex>(with(runtime, {.command_approval = [&](const Command&) {
                                         (void)made.pass({});
                                         codex.reset();
                                         destroyed.open();
                                         return approvals::accept();
                                       }}));
  made.open();
  runtime.ask(1, command_method, command_params());
  CHECK(destroyed.pass({}));
  CHECK(runtime.answers_to(1) == 0);
}

TEST_CASE("closing waits for a handler that heeds its stop token") {
  FakeRuntime runtime;
  Gate running;
  std::atomic<bool> is_done = false;
  auto config =
      with(runtime, {.command_approval = [&](const Command&, const HandlerContext& context) {
             running.open();
             (void)wait_for_stop(context);
             is_done = true;
             return approvals::accept();
           }});
  config.shutdown_timeout = 20s;
  Codex codex(config);
  runtime.ask(1, command_method, command_params());
  CHECK(running.pass({}));
  codex.close();
  CHECK(is_done);
}

TEST_CASE("a handler that does not end is left behind, and harms nobody") {
  FakeRuntime runtime;
  Problems problems;
  Gate running;
  Gate gate;
  Gate ended;
  {
    auto config = with(runtime, {.command_approval =
                                     [=](const Command&, const HandlerContext& context) {
                                       running.open();
                                       (void)gate.pass({});
                                       try {
                                         (void)context.thread();
                                       } catch (const TransportClosedError&) {
                                         ended.open();
                                       }
                                       return approvals::accept();
                                     },
                                 .on_problem = problems.listener()});
    config.shutdown_timeout = 20ms;
    const Codex codex(config);
    runtime.ask(1, command_method, command_params());
    CHECK(running.pass({}));
  }
  CHECK(problems.next().kind == Kind::left_behind);
  gate.open();
  CHECK(ended.pass({}));  // the client is gone
  CHECK(runtime.answers_to(1) == 0);
}

TEST_CASE("closing, and the end of a client, wait for a handler that is a coroutine") {
  const NoFrameIsLost check;
  FakeRuntime runtime;
  LingeringHandler handler;
  auto config = with(runtime, {.command_approval = handler.function()});
  config.shutdown_timeout = 20s;
  std::optional<Codex> codex(config);
  REQUIRE(handler.is_begun_by(runtime));
  const std::jthread ender([&] { handler.end_after(100ms); });
  SUBCASE("closing") { codex->close(); }
  SUBCASE("the end of the client") { codex.reset(); }
  CHECK(handler.has_ended());
}

TEST_CASE("a handler that is a coroutine and does not end is left behind, and harms nobody") {
  const NoFrameIsLost check;
  FakeRuntime runtime;
  Problems problems;
  LingeringHandler handler;
  {
    auto config =
        with(runtime, {.command_approval = handler.function(), .on_problem = problems.listener()});
    config.shutdown_timeout = 20ms;
    const Codex codex(config);
    REQUIRE(handler.is_begun_by(runtime));
  }
  const HandlerProblem problem = problems.next();
  CHECK(problem.kind == Kind::left_behind);
  CHECK(problem.method == command_method);
  CHECK_FALSE(handler.has_ended());
  handler.end();
  CHECK(comes_true([&] { return handler.has_ended(); }));
  CHECK(problems.empty());
  CHECK(runtime.answers_to(1) == 0);
}

TEST_CASE("a thread's own handlers come first: what they leave out falls to the client's") {
  FakeRuntime runtime;
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  runtime.on("thread/resume", [](const Json& params) -> Json {
    if (params.at("threadId") == "unknown") throw FakeRuntime::RpcError{-32600, "no rollout"};
    return {{"thread", {{"id", params.at("threadId")}}}};
  });
  Codex codex(with(runtime, all_handlers()));
  const Handlers mine{.command_approval = [](const auto&) { return approvals::cancel(); }};
  std::int64_t id = 0;
  const auto answer = [&](const char* method, Json params) {
    params["itemId"] = std::to_string(++id);
    runtime.ask(id, method, params);
    return runtime.answer_to(id).at("result");
  };
  const auto of_thread = [](const char* thread) {
    Json params = command_params();
    params["threadId"] = thread;
    return params;
  };

  const Thread thread = codex.thread_start({.handlers = mine});
  CHECK(answer(command_method, of_thread("t1")) == decision("cancel"));
  CHECK(answer(command_method, of_thread("sub-agent")) == decision("accept"));
  CHECK(answer("currentTime/read", {{"threadId", "t1"}}) == Json{{"currentTimeAt", 1234}});

  thread.set_handlers({});
  CHECK(answer(command_method, of_thread("t1")) == decision("accept"));

  (void)codex.thread_resume("t2", {.handlers = mine});
  CHECK(answer(command_method, of_thread("t2")) == decision("cancel"));
  (void)codex.thread_resume("t2");
  CHECK(answer(command_method, of_thread("t2")) == decision("cancel"));
  CHECK_THROWS_AS((void)codex.thread_resume("unknown", {.handlers = mine}), InvalidRequestError);
  CHECK(answer(command_method, of_thread("unknown")) == decision("accept"));

  runtime.notify("thread/archived", {{"threadId", "t2"}});
  CHECK(answer(command_method, of_thread("t2")) == decision("accept"));
}

TEST_CASE("a tool is found by its name, and a call of it that cannot be read is refused") {
  FakeRuntime runtime;
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  Problems problems;
  std::atomic<int> calls = 0;
  Codex codex(with(runtime, {.on_problem = problems.listener()}));
  ThreadStartOptions options;
  options.tools.push_back(tool("add", "", [&](const Json&) {
    ++calls;
    return "done";
  }));
  (void)codex.thread_start(options);
  std::int64_t id = 0;
  const auto succeeds = [&](const char* member, const Json& value) {
    Json params{{"threadId", "t1"},
                {"turnId", "u1"},
                {"callId", "c1"},
                {"tool", "add"},
                {"arguments", Json::object()}};
    params[member] = value;
    runtime.ask(++id, "item/tool/call", params);
    return runtime.answer_to(id).at("result").at("success") == true;
  };
  CHECK(succeeds("namespace", nullptr));
  CHECK_FALSE(succeeds("callId", 7));
  const HandlerProblem unreadable = problems.next();
  CHECK(unreadable.kind == Kind::unreadable);
  CHECK(unreadable.message.find("callId") != std::string::npos);
  CHECK_FALSE(succeeds("namespace", "crm"));
  CHECK(problems.next().kind == Kind::not_set);
  CHECK_FALSE(succeeds("tool", "other"));
  CHECK(problems.next().kind == Kind::not_set);
  CHECK(calls == 1);
}

TEST_CASE("a handler sees the item that it is asked about") {
  FakeRuntime runtime;
  std::vector<std::string> seen;
  Codex codex(with(runtime, {.command_approval =
                                 [&](const Command&, const HandlerContext& context) {
                                   const auto item = context.item();
                                   seen.emplace_back(item ? item->id() : "none");
                                   CHECK(context.changes().empty());
                                   return approvals::accept();
                                 },
                             .file_change_approval =
                                 [&](const types::FileChangeRequestApprovalParams&,
                                     const HandlerContext& context) {
                                   for (const auto& change : context.changes())
                                     seen.push_back(change.path);
                                   return approvals::accept();
                                 }}));
  const auto start = [&](Json item) {
    runtime.notify(
        "item/started",
        {{"threadId", "t1"}, {"turnId", "u1"}, {"startedAtMs", 1}, {"item", std::move(item)}});
  };
  const Json change{{"path", "/a"}, {"diff", "hello"}, {"kind", {{"type", "add"}}}};
  start({{"type", "fileChange"}, {"id", "f1"}, {"status", "inProgress"}, {"changes", {change}}});
  start({{"type", "commandExecution"},
         {"id", "i1"},
         {"status", "inProgress"},
         {"command", "ls"},
         {"cwd", "/"},
         {"commandActions", Json::array()},
         {"processId", nullptr},
         {"source", "agent"}});
  runtime.ask(1, "item/fileChange/requestApproval",
              {{"threadId", "t1"}, {"turnId", "u1"}, {"itemId", "f1"}, {"startedAtMs", 1}});
  (void)runtime.answer_to(1);
  runtime.ask(2, command_method, command_params());
  (void)runtime.answer_to(2);
  runtime.notify("turn/completed", {{"threadId", "t1"}, {"turn", {{"id", "u1"}}}});
  runtime.ask(3, command_method, command_params());
  (void)runtime.answer_to(3);
  CHECK(seen == std::vector<std::string>{"/a", "i1", "none"});
}

TEST_CASE("of two requests with one id neither gets a yes, nor does any later one of the turn") {
  FakeRuntime runtime;
  runtime.on("config/read", [](const Json&) { return Json::object(); });
  Problems problems;
  Gate both;
  Codex codex(with(runtime, {.command_approval =
                                 [&](const Command&) {
                                   return both.pass({}) ? approvals::accept()
                                                        : approvals::decline();
                                 },
                             .on_problem = problems.listener()}));
  const auto answer = [&](std::int64_t id) { return runtime.answer_to(id).at("result"); };
  runtime.ask(1, command_method, command_params());
  runtime.ask(2, command_method, command_params());
  runtime.ask(3, command_method, command_params("u2"));
  (void)codex.request("config/read", Json::object());  // the client has read them
  both.open();
  CHECK(answer(1) == decision("decline"));
  CHECK(answer(2) == decision("decline"));
  CHECK(answer(3) == decision("accept"));
  CHECK(problems.next().message.find("one id") != std::string::npos);
  for (const std::int64_t id : {1, 2}) {
    runtime.notify("serverRequest/resolved", {{"threadId", "t1"}, {"requestId", id}});
  }
  runtime.ask(4, command_method, command_params("u1", "i2"));
  CHECK(answer(4) == decision("decline"));
}

TEST_CASE("a request that the runtime sends again is handled once, and answered once") {
  FakeRuntime runtime;
  runtime.on("config/read", [](const Json&) { return Json::object(); });
  std::atomic<int> calls = 0;
  Gate gate;
  Handlers handlers{.command_approval = [&](const Command&) {
    ++calls;
    return gate.pass({}) ? approvals::accept() : approvals::decline();
  }};
  int asked = 1;
  SUBCASE("by a handler") {}
  SUBCASE("by a refusal") {
    handlers = {};
    asked = 0;
  }
  Codex codex(with(runtime, handlers));
  const auto ask = [&](int times, const Json& params) {
    for (int i = 0; i < times; ++i) runtime.ask(7, command_method, params);
    (void)codex.request("config/read", Json::object());  // the client has read them
  };
  ask(3, command_params());
  gate.open();
  (void)runtime.answer_to(7);
  ask(3, command_params());
  CHECK(runtime.answers_to(7) == 1);
  CHECK(calls == asked);
  ask(2, command_params("u2"));  // a runtime that was started again gives its ids once more
  const auto deadline = soon();
  while (runtime.answers_to(7) < 2 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  CHECK(runtime.answers_to(7) == 2);
  CHECK(calls == 2 * asked);
}

TEST_CASE("a request that was left to other clients is handled when it comes again") {
  FakeRuntime runtime;
  runtime.on("config/read", [](const Json&) { return Json::object(); });
  runtime.on("thread/start", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
  CodexConfig config = runtime.config();
  config.unhandled = Unhandled::leave;
  Codex codex(config);
  runtime.ask(7, command_method, command_params());
  (void)codex.request("config/read", Json::object());  // the client has read it
  CHECK(runtime.answers_to(7) == 0);
  auto thread = codex.thread_start();
  thread.set_handlers({.command_approval = [](const Command&) { return approvals::accept(); }});
  runtime.ask(7, command_method, command_params());
  CHECK(runtime.answer_to(7).at("result") == decision("accept"));
}

TEST_CASE("the record of requests is bounded, and forgets the oldest first") {
  codex::detail::RequestRecord record;
  const auto request = [](std::size_t id) {
    return codex::detail::ServerRequest{.id = std::to_string(id),
                                        .method = "m",
                                        .params = "{}",
                                        .thread_id = "t1",
                                        .turn_id = "u1"};
  };
  for (std::size_t id = 0; id < codex::detail::RequestRecord::max_requests; ++id) {
    REQUIRE(record.add(request(id)));
  }
  CHECK_FALSE(record.add(request(0)));
  CHECK(record.add(request(codex::detail::RequestRecord::max_requests)));
  CHECK_FALSE(record.add(request(1)));
  CHECK(record.add(request(0)));
}

namespace {

/// Passes nothing on while it is held: a reader on a machine that is busy.
class SlowReader final : public Transport {
 public:
  struct Hold {
    std::atomic<bool> is_on = false;
    Gate gate;
  };
  SlowReader(std::unique_ptr<Transport> inner, Hold& hold)
      : inner_(std::move(inner)), hold_(hold) {}

  bool receive(Receiver& receiver, std::chrono::steady_clock::time_point deadline) override {
    Late late(receiver, hold_);
    return inner_->receive(late, deadline);
  }
  void wake() noexcept override { inner_->wake(); }
  void send(std::string_view message) override { inner_->send(message); }
  void close() noexcept override { inner_->close(); }

 private:
  class Late final : public Receiver {
   public:
    Late(Receiver& receiver, Hold& hold) : receiver_(receiver), hold_(hold) {}
    void message(std::string text) override {
      if (hold_.is_on) (void)hold_.gate.pass({});
      receiver_.message(std::move(text));
    }
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string reason) override { receiver_.broken(std::move(reason)); }
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override {
      return receiver_.max_message_bytes();
    }

   private:
    Receiver& receiver_;
    Hold& hold_;
  };

  const std::unique_ptr<Transport> inner_;
  Hold& hold_;
};

}  // namespace

TEST_CASE("a yes goes out when all that had come before it is read, however long that takes") {
  FakeRuntime runtime;
  SlowReader::Hold hold;
  const auto twin_comes = [&] {
    hold.is_on = true;
    runtime.ask(2, command_method, command_params());
  };
  Handlers handlers;
  SUBCASE("a function's") {
    handlers.command_approval = [&](const Command&) {
      twin_comes();
      return approvals::accept();
    };
  }
  SUBCASE("a coroutine's") {
    handlers.command_approval = [&](Command) -> Task<approvals::Decision> {
      twin_comes();
      co_return approvals::accept();
    };
  }
  CodexConfig config = with(runtime, handlers);
  config.transport = [&hold, inner = config.transport] {
    return std::make_unique<SlowReader>(inner(), hold);
  };
  Codex codex(config);
  runtime.ask(1, command_method, command_params());
  REQUIRE(hold.gate.wait_reached(20s));
  std::this_thread::sleep_for(100ms);  // without the rule, it goes out in this time
  CHECK(runtime.answers_to(1) == 0);
  hold.gate.open();
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
}

TEST_CASE(
    "a patch of a command's id is its twin, and a yes waits as long as one may be under way") {
  FakeRuntime runtime;
  bool has_twin = true;
  Codex codex(with(runtime, {.command_approval = [&](const Command& asked) {
                     if (has_twin) {
                       runtime.ask(2, "item/fileChange/requestApproval", command_params());
                       (void)runtime.answer_to(2);  // nobody answers those
                     }
                     return asked.item_id.empty() ? approvals::decline() : approvals::accept();
                   }}));
  runtime.ask(1, command_method, command_params());
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
  has_twin = false;
  const auto begin = std::chrono::steady_clock::now();
  runtime.ask(3, command_method, command_params("u2"));
  CHECK(runtime.answer_to(3).at("result") == decision("accept"));
  CHECK(std::chrono::steady_clock::now() - begin >= 25ms);
}

TEST_CASE("what runs inside a command has ids of its own, and may be asked about at once") {
  FakeRuntime runtime;
  runtime.on("config/read", [](const Json&) { return Json::object(); });
  Gate both;
  Codex codex(with(runtime, {.command_approval = [&](const Command&) {
                     return both.pass({}) ? approvals::accept() : approvals::decline();
                   }}));
  Json params = command_params();
  for (const std::int64_t id : {1, 2}) {
    params["approvalId"] = "a" + std::to_string(id);
    runtime.ask(id, command_method, params);
  }
  (void)codex.request("config/read", Json::object());
  both.open();
  CHECK(runtime.answer_to(1).at("result") == decision("accept"));
  CHECK(runtime.answer_to(2).at("result") == decision("accept"));
}

TEST_CASE("a condition that hangs has its request refused in time, and those that wait for it") {
  FakeRuntime runtime;
  Problems problems;
  Gate judging;
  Gate end;
  auto config = with(runtime, {.command_approval =
                                   [&](const Command& asked, const HandlerContext& context) {
                                     if (asked.item_id == "hangs") {
                                       context.only_if([&] {
                                         judging.open();
                                         return end.pass({});
                                       });
                                     } else {
                                       (void)judging.pass(context.stop);
                                     }
                                     return approvals::accept();
                                   },
                               .on_problem = problems.listener()});
  config.handler_timeout = 5s;
  Codex codex(config);
  runtime.ask(1, command_method, command_params("u1", "hangs"));
  runtime.ask(2, command_method, command_params("u1", "waits"));
  CHECK(runtime.answer_to(1).at("result") == decision("decline"));
  CHECK(runtime.answer_to(2).at("result") == decision("decline"));
  CHECK(problems.next().kind == Kind::too_slow);
  CHECK(problems.next().kind == Kind::too_slow);
  CHECK(runtime.answers_to(1) == 1);
  end.open();
  Json later;
  // Each has those five seconds only.
  for (std::int64_t id = 3; id < 8 && later != decision("accept"); ++id) {
    runtime.ask(id, command_method, command_params("u1", "later" + std::to_string(id)));
    later = runtime.answer_to(id).at("result");
  }
  CHECK(later == decision("accept"));
}

TEST_CASE("a condition holds for what an MCP server asks, too") {
  FakeRuntime runtime;
  bool holds = true;
  Codex codex(with(runtime, {.elicitation = [&](const auto&, const HandlerContext& context) {
                     context.only_if([&] { return holds; });
                     return approvals::accept();
                   }}));
  const Json params{{"threadId", "t1"},     {"turnId", nullptr},   {"serverName", "tiny"},
                    {"mode", "url"},        {"message", "Log in"}, {"url", "http://127.0.0.1/"},
                    {"elicitationId", "e1"}};
  const auto action = [&](std::int64_t id) {
    runtime.ask(id, "mcpServer/elicitation/request", params);
    return runtime.answer_to(id).at("result").at("action");
  };
  CHECK(action(1) == "accept");
  holds = false;
  CHECK(action(2) == "decline");
}

TEST_CASE("a yes with a rule, which runs without a sandbox, makes everything writable") {
  FakeRuntime runtime;
  runtime.on("thread/start", [](const Json&) {
    return Json{
        {"thread", {{"id", "t1"}}}, {"cwd", root() + "repo"}, {"sandbox", {{"type", "readOnly"}}}};
  });
  std::vector<bool> writable;
  Codex codex(
      with(runtime, {.command_approval = [&](const Command& asked, const HandlerContext& context) {
             writable.push_back(context.agent_can_write(root() + "usr"));
             return approvals::accept_with_rule(asked, {"ls"});
           }}));
  (void)codex.request("thread/start", Json::object());
  for (const std::int64_t id : {1, 2}) {
    runtime.ask(id, command_method, command_params("u1", std::to_string(id)));
    CHECK(runtime.answer_to(id).at("result").at("decision").is_object());
  }
  CHECK(writable == std::vector<bool>{false, true});
}

TEST_CASE("more permissions than were asked for are not granted, and the app is told") {
  FakeRuntime runtime;
  Problems problems;
  Codex codex(
      with(runtime,
           {.permissions_approval =
                [](const types::PermissionsRequestApprovalParams&) {
                  return types::PermissionsRequestApprovalResponse{
                      .permissions = {
                          .file_system =
                              types::AdditionalFileSystemPermissions{
                                  .write = std::vector<std::string>{root() + "w/inner", root()}},
                          .network = types::AdditionalNetworkPermissions{.enabled = true}}};
                },
            .on_problem = problems.listener()}));
  runtime.ask(1, "item/permissions/requestApproval",
              {{"threadId", "t1"},
               {"turnId", "u1"},
               {"itemId", "i1"},
               {"startedAtMs", 1},
               {"cwd", "/"},
               {"permissions", {{"fileSystem", {{"write", {root() + "w"}}, {"read", nullptr}}}}}});
  CHECK(runtime.answer_to(1).at("result").at("permissions") ==
        Json{{"fileSystem", {{"write", {root() + "w/inner"}}}}});
  CHECK(problems.next().kind == Kind::exceeded);
}

}  // namespace codex::testing
