#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>

#include "support/messages.hpp"
#include "support/raw_runtime.hpp"

namespace codex::testing {
namespace {

const std::string long_text(50'000, 'x');

CodexConfig small_config(RawRuntime& runtime) {
  CodexConfig config = runtime.config();
  config.max_message_bytes = 10'000;
  return config;
}

std::string event(std::string_view method, const std::string& members) {
  return R"({"method":")" + std::string(method) + R"(","params":{)" + members + "}}";
}

std::string item(const std::string& id, const std::string& text) {
  return event("item/completed", R"("completedAtMs":1,"item":{"type":"agentMessage","id":")" + id +
                                     R"(","text":")" + text + R"("},"threadId":"t","turnId":"u")");
}

}  // namespace

TEST_CASE("a history that is too large fails its own call, and a turn beside it goes on") {
  RawRuntime runtime;
  runtime.on("thread/resume",
             R"("result":{"thread":{"id":"old","turns":[")" + long_text + R"("]}})");
  Codex codex(small_config(runtime));
  const Thread thread = codex.thread_start();
  auto turn = thread.turn("hi");
  const auto error = error_of<MessageTooLargeError>(
      [&] { (void)codex.thread_resume("old", {.include_turns = true}); });
  REQUIRE(error);
  CHECK(error->limit() == 10'000);
  CHECK(error->size() > long_text.size());
  CHECK(contains(error->what(), "thread/resume"));
  CHECK(contains(error->what(), "CodexConfig::max_message_bytes"));
  CHECK(contains(error->what(), "ask for less"));

  runtime.send_line(item("i", "said"));
  runtime.send_line(
      event("turn/completed", R"("threadId":"t","turn":{"id":"u","status":"completed"})"));
  const TurnResult result = turn.run();
  CHECK(result.final_response == "said");
  CHECK(result.dropped_items == 0);
  CHECK(codex.request("ping") == Json::object());
}

TEST_CASE("so it is for the async client") {
  RawRuntime runtime;
  runtime.on("thread/list", R"("result":{"data":[")" + long_text + R"("]})");
  AsyncCodex codex(small_config(runtime));
  CHECK_THROWS_AS((void)sync_wait(codex.thread_list({})), MessageTooLargeError);
  CHECK(sync_wait(codex.request("ping", Json::object())) == Json::object());
}

TEST_CASE("items that are too large are missing in the result of their turn, and counted") {
  RawRuntime runtime;
  Codex codex(small_config(runtime));
  auto turn = codex.thread_start().turn("hi");
  auto stream = turn.stream();
  runtime.send_line(item("i", "said"));
  runtime.send_line(item("j", long_text));
  runtime.send_line(
      event("turn/completed", R"("threadId":"t","turn":{"items":[{"text":")" + long_text +
                                  R"("}],"id":"u","status":"completed","durationMs":7})"));
  std::vector<std::string> methods;
  while (const auto next = stream.next()) methods.emplace_back(next->method());
  CHECK(methods == std::vector<std::string>{"item/completed", "turn/completed"});
  CHECK(stream.dropped() == 1);
  const TurnResult result = turn.run();
  CHECK(result.items.size() == 1);
  CHECK(result.dropped_items == 1);
  CHECK(result.status == protocol::TurnStatus::completed);
  CHECK(result.duration_ms == 7);
}

TEST_CASE("a turn whose failure is told at length has failed, and says the beginning") {
  RawRuntime runtime;
  Codex codex(small_config(runtime));
  auto turn = codex.thread_start().turn("hi");
  runtime.send_line(
      event("turn/completed",
            R"("threadId":"t","turn":{"id":"u","status":"failed","error":{"message":")" +
                long_text + R"("}})"));
  const auto error = error_of<TurnFailedError>([&] { (void)turn.run(); });
  REQUIRE(error);
  CHECK(contains(error->what(), long_text.substr(0, 1000)));
}

TEST_CASE("the end of a login that is told at length is told") {
  RawRuntime runtime;
  runtime.on("account/login/start",
             R"("result":{"type":"chatgpt","loginId":"l","authUrl":"https://example.org"})");
  Codex codex(small_config(runtime));
  const auto login = codex.login_chatgpt();
  runtime.send_line(event("account/login/completed",
                          R"("error":")" + long_text + R"(","loginId":"l","success":false)"));
  const auto completed = login.wait(std::chrono::seconds{20});
  CHECK_FALSE(completed.success);
  CHECK(completed.error->size() > 1000);
}

TEST_CASE("a request of the runtime that is too large is refused, and the app is told") {
  RawRuntime runtime;
  std::mutex mutex;
  std::vector<HandlerProblem> problems;
  std::atomic<int> calls = 0;
  CodexConfig config = small_config(runtime);
  config.handlers.command_approval = [&](const protocol::CommandExecutionRequestApprovalParams&) {
    ++calls;
    return protocol::CommandExecutionRequestApprovalResponse{
        .decision = protocol::CommandExecutionApprovalDecision::accept};
  };
  config.handlers.on_problem = [&](const HandlerProblem& problem) {
    const std::lock_guard lock(mutex);
    problems.push_back(problem);
  };
  config.shutdown_timeout = std::chrono::seconds{20};
  Codex codex(config);
  runtime.send_line(R"({"method":"item/commandExecution/requestApproval","params":{"command":")" +
                    long_text + R"(","threadId":"t","turnId":"u","itemId":"i"},"id":7})");
  CHECK(runtime.next_answer() == R"({"id":7,"result":{"decision":"decline"}})");
  codex.close();  // returns when all was told
  CHECK(calls == 0);
  const std::lock_guard lock(mutex);
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].kind == HandlerProblem::Kind::unreadable);
  CHECK(problems[0].thread_id == "t");
  CHECK(contains(problems[0].message, "max_message_bytes"));
}

TEST_CASE("a request that the runtime calls off under its id as text is called off") {
  RawRuntime runtime;
  std::atomic<bool> was_stopped = false;
  CodexConfig config = runtime.config();
  config.handlers.command_approval = [&](const protocol::CommandExecutionRequestApprovalParams&,
                                         const HandlerContext& context) {
    runtime.send_line(event("serverRequest/resolved", R"("threadId":"t","requestId":")"
                                                      "7\""));
    const auto deadline = soon();
    while (!context.stop.stop_requested() && codex::detail::Clock::now() < deadline) {
      std::this_thread::yield();
    }
    was_stopped = context.stop.stop_requested();
    return protocol::CommandExecutionRequestApprovalResponse{
        .decision = protocol::CommandExecutionApprovalDecision::accept};
  };
  Codex codex(config);
  runtime.send_line(R"({"id":7,"method":"item/commandExecution/requestApproval","params":)"
                    R"({"threadId":"t","turnId":"u","itemId":"i","startedAtMs":1}})");
  const auto deadline = soon();
  while (!was_stopped && codex::detail::Clock::now() < deadline) std::this_thread::yield();
  CHECK(was_stopped);
}

}  // namespace codex::testing
