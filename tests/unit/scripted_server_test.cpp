#include <filesystem>
#include <functional>
#include <future>
#include <stdexcept>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol/registry.hpp>
#include <codex/testing.hpp>

#include "support/files.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "support/recording.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;
namespace events = codex::protocol::notifications;

/// Runs the test on a server in this process, then on one in a process of its own.
void both_ways(const std::function<void(ScriptedServer&, const CodexConfig&)>& test) {
  SUBCASE("in memory") {
    ScriptedServer server;
    test(server, server.memory_config());
  }
  SUBCASE("as a process") {
    ScriptedServer server;
    test(server, server.config());
  }
}

Json call(const CodexConfig& config, std::string_view method) {
  Codex codex(config);
  return codex.request(method);
}

/// The error of a call that this answer ends.
template <class E>
std::string error_of(ScriptedServer& server, const CodexConfig& config, Answer answer) {
  server.once("m", std::move(answer));
  return message_of<E>([&] { (void)call(config, "m"); });
}

std::vector<std::string> methods_of(TurnHandle& turn) {
  std::vector<std::string> methods;
  for (const auto& event : turn.stream()) methods.emplace_back(event.method());
  return methods;
}

std::filesystem::path trace(std::string_view name) {
  return std::filesystem::path(TEST_DATA "/traces") / name;
}

}  // namespace

TEST_CASE("a scripted server shakes hands, starts threads and plays a turn") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.on("turn/start", Answer{}.turn("Hello."));
    Codex codex(config);
    CHECK(codex.metadata().runtime_version == protocol::runtime_version);
    auto thread = codex.thread_start();
    const TurnResult result = thread.run("Hi");
    CHECK(result.final_response == "Hello.");
    CHECK(result.status == protocol::TurnStatus::completed);
    const auto asked = server.requests("turn/start");
    REQUIRE(asked.size() == 1);
    CHECK(asked[0].params.at("threadId") == thread.id());
    CHECK(asked[0].params.at("input").at(0).at("text") == "Hi");
    CHECK(server.requests().at(1).method == "initialized");
    CHECK(server.problems().empty());
  });
}

TEST_CASE("what a scripted server says by itself fits the protocol") {
  ScriptedServer server;
  server.on("turn/start", Answer{}.turn("Hello."));
  Codex codex(server.memory_config());
  const auto started = codex.request<protocol::requests::ThreadStart>();
  CHECK_FALSE(started.thread.id.empty());
  auto turn = codex.thread_start().turn("Hi");
  for (const auto& event : turn.stream()) {
    if (const auto item = event.as<events::ItemCompleted>()) {
      CHECK(item->item.as<protocol::AgentMessageThreadItem>()->text == "Hello.");
    }
    CHECK_NOTHROW((void)event.as<events::TurnStarted>());
    CHECK_NOTHROW((void)event.as<events::ItemStarted>());
    CHECK_NOTHROW((void)event.as<events::TurnCompleted>());
  }
}

TEST_CASE(
    "notifications go out before and after the response, as scripted, and ids are filled in") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.on("turn/start",
              Answer{}
                  .begin_turn()
                  .say_deltas({"a", "b"})
                  .notify("turn/diff/updated",
                          {{"threadId", "$thread"}, {"turnId", "$turn"}, {"diff", "d"}})
                  .end_turn("interrupted"));
    Codex codex(config);
    auto turn = codex.thread_start().turn("Hi");
    CHECK(methods_of(turn) == std::vector<std::string>{"turn/started", "item/started",
                                                       "item/agentMessage/delta",
                                                       "item/agentMessage/delta", "item/completed",
                                                       "turn/diff/updated", "turn/completed"});
    CHECK(turn.run().status == protocol::TurnStatus::interrupted);
  });
}

TEST_CASE("answers by sequence, by params and by function") {
  ScriptedServer server;
  server.once("m", Answer{}.result(1));
  server.once("m", Answer{}.error(-32602, "two"));
  server.on(
      "m", [](const Json& params) { return params.contains("x"); }, Answer{}.result(3));
  server.on("m", [](const Json& params) { return Answer{}.result(params.at("y")); });
  Codex codex(server.memory_config());
  CHECK(codex.request("m") == 1);
  CHECK_THROWS_AS(codex.request("m"), InvalidParamsError);
  CHECK(codex.request("m", {{"x", 0}}) == 3);
  CHECK(codex.request("m", {{"y", 4}}) == 4);
  CHECK(server.problems().empty());
  CHECK_THROWS_AS(codex.request("m", {{"z", 0}}), InternalRpcError);
  CHECK(server.problems().size() == 1);
}

TEST_CASE("what nothing was scripted for is refused and told") {
  ScriptedServer server;
  Codex codex(server.memory_config());
  CHECK_THROWS_AS(codex.request("model/list"), MethodNotFoundError);
  CHECK(server.problems() == std::vector<std::string>{"nothing was scripted for model/list"});
}

TEST_CASE("a scripted server asks the client and holds its answer against the expected one") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    const auto ask = [](std::string decision) {
      return Answer{}
          .begin_turn()
          .ask("item/commandExecution/requestApproval",
               {{"threadId", "$thread"}, {"turnId", "$turn"}, {"itemId", "i"}},
               Json{{"decision", decision}})
          .end_turn();
    };
    server.once("turn/start", ask("decline"));
    server.once("turn/start", ask("accept"));
    Codex codex(config);
    auto thread = codex.thread_start();
    (void)thread.run("Hi");
    CHECK(server.problems().empty());
    (void)thread.run("Hi");
    REQUIRE(server.problems().size() == 1);
    CHECK(contains(server.problems()[0], "expected was {\"decision\":\"accept\"}"));
  });
}

TEST_CASE("an answer that waits for a gate holds up nobody else") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    const Gate gate;
    server.on("turn/start", Answer{}.begin_turn().wait_for(gate).end_turn());
    server.on("other", Answer{}.delay(1ms).result());
    Codex codex(config);
    auto turn = codex.thread_start().turn("Hi");
    CHECK(gate.wait_reached());
    CHECK(codex.request("other") == Json::object());
    gate.open();
    CHECK(turn.run().status == protocol::TurnStatus::completed);
  });
}

TEST_CASE("an interrupt can end the turn that runs") {
  ScriptedServer server;
  server.on("turn/start", Answer{}.begin_turn());
  server.on("turn/interrupt", Answer{}.result().end_turn("interrupted"));
  Codex codex(server.memory_config());
  auto turn = codex.thread_start().turn("Hi");
  turn.interrupt();
  CHECK(turn.run().status == protocol::TurnStatus::interrupted);
  CHECK(server.problems().empty());
}

TEST_CASE("a line may come in pieces, an answer twice or to nobody") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.on("m", Answer{}
                       .message({{"id", 99}, {"result", 0}})
                       .message({{"id", nullptr}, {"error", {{"code", 1}, {"message", ""}}}})
                       .split_at({1, 2, 9})
                       .result("x")
                       .result("y"));
    Codex codex(config);
    CHECK(codex.request("m") == "x");
    CHECK(codex.request("m") == "x");
  });
}

TEST_CASE("garbage and half a line end the connection") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    CHECK(contains(error_of<TransportClosedError>(server, config, Answer{}.raw("garbage\n")),
                   "sent a line that is no message"));
    CHECK(contains(error_of<TransportClosedError>(server, config, Answer{}.raw("{\"id\":").exit(3)),
                   "in the middle of a message (exit code 3)"));
  });
}

TEST_CASE("a scripted server ends at a byte, by a code, by a signal, with last words") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    const std::string cut =
        error_of<TransportClosedError>(server, config, Answer{}.exit_after(7, 5).result());
    CHECK(contains(cut, "middle of a message"));
    CHECK(contains(cut, "exit code 5"));
    constexpr int sigkill = 9;  // Windows has none, so the process exits as shells say it
    const std::string told =
        error_of<TransportClosedError>(server, config, Answer{}.log("oh no\n").die(sigkill));
    const bool is_killed = contains(told, "signal 9");
    CHECK(is_killed != contains(told, "exit code 137"));
    CHECK(is_killed != contains(told, "oh no"));  // who exits says why; else it is in stderr_tail()
  });
}

TEST_CASE("a scripted server closes stdout alone, or stdin, and the error says which" *
          doctest::skip(has_wines_console())) {
  both_ways([](ScriptedServer& server, CodexConfig config) {
    config.shutdown_timeout = 50ms;
    CHECK(contains(error_of<TransportClosedError>(server, config, Answer{}.close_stdout()),
                   "closed its stdout"));
    server.on("no more", Answer{}.close_stdin().result());
    Codex codex(config);
    CHECK_NOTHROW(codex.request("no more"));
    CHECK(contains(message_of<TransportClosedError>([&] { codex.request("another"); }),
                   "closed its stdin"));
  });
}

TEST_CASE("a stalled server answers nobody, and the client can close it") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.on("stall", Answer{}.stall().result());
    Codex codex(config);
    for (const char* method : {"stall", "thread/start"}) {
      CHECK(
          timeout_after_sending([&](auto time) { codex.request(method, {}, {.timeout = time}); }));
      CHECK(server.wait_for_requests(method));
    }
  });
}

TEST_CASE("a process that ignores the end of its stdin and SIGTERM is killed") {
  ScriptedServer server;
  server.on("m", Answer{}.ignore_shutdown().result());
  auto config = server.config();
  config.shutdown_timeout = 50ms;
  Codex codex(config);
  CHECK(codex.request("m") == Json::object());
  codex.close();
  CHECK_THROWS_AS(codex.request("m"), TransportClosedError);
}

TEST_CASE("a flood and an endless line") {
  both_ways([](ScriptedServer& server, CodexConfig config) {
    config.max_message_bytes = 100'000;
    server.on("flood", Answer{}.flood(1000, "fs/changed", {{"watchId", "w"}}).result());
    server.on("endless", Answer{}.endless_line(1'000'000).result());
    Codex codex(config);
    CHECK(codex.request("flood") == Json::object());
    CHECK(contains(message_of<TransportClosedError>([&] { codex.request("endless"); }),
                   "a line of more than 100000 bytes"));
  });
}

TEST_CASE("a server that is destroyed ends its clients' connections") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.on("m", Answer{}.stall());
    Codex codex(config);
    auto waiting = std::async(std::launch::async, [&] { codex.request("m"); });
    CHECK(server.wait_for_requests("m"));
    { const ScriptedServer gone(std::move(server)); }
    CHECK_THROWS_AS(waiting.get(), TransportClosedError);
    CHECK_THROWS_AS(Codex{config}, CodexError);
  });
}

TEST_CASE("scripted servers leave nothing behind") {
  (void)running_threads();
  const auto threads = running_threads();
  const auto descriptors = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    ScriptedServer server;
    server.on("turn/start", Answer{}.turn("Hello."));
    (void)Codex(server.memory_config()).thread_start().id();
    (void)Codex(server.config()).thread_start().id();
  }
  CHECK(open_descriptors() == descriptors);
  const auto deadline = soon();
  while (running_threads() > threads && codex::detail::Clock::now() < deadline)
    std::this_thread::yield();
  CHECK(running_threads() <= threads);
}

TEST_CASE("a recorded turn is played to a client with other ids") {
  both_ways([](ScriptedServer& server, const CodexConfig& config) {
    server.play(trace("turn_stream.jsonl"));
    Codex codex(config);
    // Uses up ids, so that they differ from the recorded ones.
    CHECK_THROWS_AS(codex.request("not/recorded"), MethodNotFoundError);
    auto thread = codex.thread_start();
    const TurnResult result = thread.run("hi");
    CHECK(result.final_response == "The answer");
    CHECK(result.duration_ms == 109);
    CHECK(server.problems().size() == 1);
  });
}

TEST_CASE("a rule takes the place of what was recorded") {
  ScriptedServer server;
  server.play(trace("turn_stream.jsonl"));
  server.once("turn/start", Answer{}.error(-32001, "busy"));
  Codex codex(server.memory_config());
  auto thread = codex.thread_start();
  CHECK_THROWS_AS(thread.run("hi"), ServerBusyError);
}

TEST_CASE("a recorded approval waits for the client's answer") {
  ScriptedServer server;
  server.play(trace("approvals_shell.jsonl"));
  Codex codex(server.memory_config());
  auto thread = codex.thread_start();
  CHECK(thread.run("hi").status == protocol::TurnStatus::completed);
}

TEST_CASE("each recording can be read, and what is none is refused with its line") {
  for (const auto& file : recordings()) {
    CAPTURE(file);
    ScriptedServer server;
    CHECK_NOTHROW(server.play(file));
  }
  const detail::TempDir folder("codex-test-");
  const std::string line = R"({"dir":"send","t":0,"msg":{"method":"initialized"}})";
  ScriptedServer server;
  const auto bad = write_file(folder.path() / "bad", line + "\n{}\n" + line + "\n");
  CHECK(contains(message_of<std::runtime_error>([&] { server.play(bad); }), "bad:2: "));
  CHECK_NOTHROW(server.play(write_file(folder.path() / "torn", line + "\n{\"dir\":\"se")));
  CHECK_THROWS_AS(server.play(folder.path() / "missing"), std::runtime_error);
  CHECK_NOTHROW(server.play(write_file(folder.path() / "marked", "\xef\xbb\xbf" + line + "\r\n")));
  std::string wide = "\xff\xfe";
  for (const char c : line + "\n" + line) wide.append({c, '\0'});
  const auto in_utf16 = write_file(folder.path() / "wide", wide);
  CHECK(contains(message_of<std::runtime_error>([&] { server.play(in_utf16); }),
                 "wide is UTF-16; convert it to UTF-8"));
}

TEST_CASE("answers are not held up by requests that the client has not made") {
  const detail::TempDir folder("codex-test-");
  const auto file = write_file(folder.path() / "pipelined",
                               R"({"dir":"send","t":0,"msg":{"id":1,"method":"a"}}
{"dir":"send","t":0,"msg":{"id":2,"method":"b"}}
{"dir":"recv","t":0,"msg":{"id":2,"result":"b"}}
{"dir":"recv","t":0,"msg":{"method":"last"}}
{"dir":"recv","t":0,"msg":{"id":1,"result":"a"}}
)");
  ScriptedServer server;
  server.on("initialize", Answer{}.result({{"userAgent", "x/0.169.0"}}));
  server.play(file);
  Codex codex(server.memory_config());
  CHECK(codex.request("a") == "a");
  CHECK(codex.request("b") == "b");
}

}  // namespace codex::testing
