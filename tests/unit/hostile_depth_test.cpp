#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <httplib.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/support/nesting.hpp>
#include <codex/protocol/thread.hpp>
#include <codex/testing.hpp>
#include <codex/testing/scripted_server.hpp>

#include "support/files.hpp"
#include "support/messages.hpp"
#include "support/raw_runtime.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {
namespace {

namespace notifications = codex::protocol::notifications;
namespace requests = codex::protocol::requests;
using codex::protocol::detail::is_too_deep;
using codex::protocol::detail::max_depth;
using codex::protocol::detail::parse_or_discard;

constexpr const char* too_deep = "nested deeper than 256";

enum class Nesting { lists, objects, mixed };

/// A JSON text of `depth` levels.
std::string tower(std::size_t depth, Nesting kind = Nesting::lists) {
  std::string text;
  std::string end;
  for (std::size_t i = 0; i < depth; ++i) {
    const bool is_list = kind == Nesting::lists || (kind == Nesting::mixed && i % 2 == 0);
    text += is_list ? "[" : R"({"a":)";
    end += is_list ? ']' : '}';
  }
  return text + "1" + std::string(end.rbegin(), end.rend());
}

std::vector<std::string> towers() {
  return {tower(257), tower(150'000), tower(200'000, Nesting::objects),
          tower(1'000'000, Nesting::mixed)};
}

std::string json_text(std::string_view method, const std::string& params) {
  return R"({"method":")" + std::string(method) + R"(","params":)" + params + "}";
}

/// Runs it on a thread with a stack of this many bytes.
void on_small_stack(std::size_t bytes, const std::function<void()>& work) {
  pthread_attr_t attributes;
  REQUIRE(pthread_attr_init(&attributes) == 0);
  REQUIRE(pthread_attr_setstacksize(&attributes, bytes) == 0);
  pthread_t thread{};
  const auto run = [](void* function) -> void* {
    (*static_cast<const std::function<void()>*>(function))();
    return nullptr;
  };
  REQUIRE(pthread_create(&thread, &attributes, run,
                         const_cast<void*>(static_cast<const void*>(&work))) == 0);
  REQUIRE(pthread_join(thread, nullptr) == 0);
  REQUIRE(pthread_attr_destroy(&attributes) == 0);
}

/// Everything still works.
void check_alive(Codex& codex) { CHECK(codex.request("ping") == Json::object()); }

}  // namespace

TEST_CASE("the depth of a text: brackets outside of strings, closed ones off") {
  for (const Nesting kind : {Nesting::lists, Nesting::objects, Nesting::mixed}) {
    CHECK_FALSE(is_too_deep(tower(max_depth, kind)));
    CHECK(is_too_deep(tower(max_depth + 1, kind)));
    CHECK(parse_or_discard(tower(max_depth, kind)).is_structured());
    CHECK(parse_or_discard(tower(max_depth + 1, kind)).is_discarded());
  }
  CHECK(is_too_deep(std::string(1'000'000, '[')));
  CHECK_FALSE(is_too_deep("\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\""));
  CHECK_FALSE(is_too_deep("\"unclosed \\" + std::string(1000, '[')));
  std::string flat = "[";
  for (int i = 0; i < 1000; ++i) flat += "[{}],";
  CHECK_FALSE(is_too_deep(flat + "1]"));
  CHECK(parse_or_discard(flat + "1]").size() == 1001);
  CHECK_FALSE(is_too_deep(""));
  CHECK_FALSE(is_too_deep("]]]]}}}}"));
  CHECK(is_too_deep("]]]]" + tower(max_depth + 1)));
}

TEST_CASE("256 levels are read, copied, compared and written on a small stack") {
  const std::string text = R"({"type":"new","id":"i","x":)" + tower(max_depth - 1) + "}";
  on_small_stack(std::size_t{1} << 20, [&] {
    const auto item = protocol::decode<protocol::ThreadItem>(text);
    const protocol::ThreadItem copy = item;
    const bool is_same = copy == item;
    CHECK(is_same);
    const bool comes_back = parse_or_discard(protocol::encode(copy)) == parse_or_discard(text);
    CHECK(comes_back);
  });
}

TEST_CASE("an answer that nests too deep is its call's error, and nobody else's") {
  for (const std::string& deep : towers()) {
    CAPTURE(deep.size());
    for (const std::string& members :
         {R"("result":)" + deep, R"("result":{"data":)" + deep + "}", R"("error":)" + deep,
          R"("error":{"code":-32000,"message":"m","data":)" + deep + "}",
          R"("error":{"code":-32000,"message":)" + deep + "}",
          R"("error":{"code":1},"error":{"code":-32001,"message":"m","data":)" + deep + "}"}) {
      RawRuntime runtime;
      runtime.on("thread/list", members);
      Codex codex(runtime.config());
      const auto typed = error_of<DecodeError>([&] { (void)codex.thread_list(); });
      REQUIRE(typed);
      CHECK(typed->problem() == too_deep);
      CHECK(typed->method() == "thread/list");
      const auto untyped = error_of<DecodeError>([&] { (void)codex.request("thread/list"); });
      REQUIRE(untyped);
      CHECK(untyped->problem() == too_deep);
      check_alive(codex);
    }
  }
}

TEST_CASE("so it is for the async client") {
  RawRuntime runtime;
  runtime.on("thread/list", R"("error":{"code":1,"message":"m","data":)" + tower(150'000) + "}");
  AsyncCodex codex(runtime.config());
  const auto error =
      error_of<DecodeError>([&] { (void)sync_wait(codex.request("thread/list", Json::object())); });
  REQUIRE(error);
  CHECK(error->problem() == too_deep);
  CHECK(sync_wait(codex.request("ping", Json::object())) == Json::object());
}

TEST_CASE("every call that looks into its answer bears one that nests too deep") {
  for (const char* method : {"initialize", "thread/start", "turn/start", "thread/read"}) {
    CAPTURE(method);
    RawRuntime runtime;
    runtime.on(method, R"("result":{"x":)" + tower(200'000) + "}");
    const auto error = error_of<CodexError>([&] {
      Codex codex(runtime.config());
      const Thread thread = codex.thread_start();
      if (std::string_view(method) == "thread/read") {
        (void)thread.goal("g");
      } else {
        (void)thread.turn("hi");
      }
    });
    REQUIRE(error);
    CHECK(contains(error->what(), too_deep));
  }
}

TEST_CASE("a notification that nests too deep is kept as its text, wherever it does") {
  for (const std::string& deep : towers()) {
    CAPTURE(deep.size());
    RawRuntime runtime;
    Codex codex(runtime.config());
    auto notifications = codex.notifications();
    const std::vector<std::string> lines = {
        json_text("thread/closed", deep),
        json_text("thread/closed", R"({"threadId":)" + deep + "}"),
        json_text("thread/closed", R"({"threadId":"t","x":)" + deep + "}"),
        json_text("thread/closed", R"({"x":)" + deep + R"(,"threadId":"t","x":1})"),
        json_text("account/login/completed", R"({"loginId":"l","error":)" + deep + "}"),
        json_text("serverRequest/resolved", R"({"threadId":"t","requestId":)" + deep + "}"),
        json_text("thread/goal/updated", R"({"threadId":"t","goal":)" + deep + "}"),
        json_text("turn/started", R"({"threadId":"t","turn":{"id":"u","x":)" + deep + "}}"),
        R"({"method":"thread/closed","params":{"threadId":"t"},"emittedAtMs":)" + deep + "}",
        R"({"method":"thread/closed","id":)" + deep + R"(,"params":{"threadId":"t"}})",
        R"({"method":"thread/closed","x":)" + deep + R"(,"params":{"threadId":"t"}})",
    };
    for (const std::string& line : lines) runtime.send_line(line);
    // A login's end waits for its login, so that it comes no more.
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (contains(lines[i], "loginId")) continue;
      CAPTURE(lines[i].substr(0, 60));
      const Notification event = notifications.next();
      CHECK(event.text() == lines[i]);
      const auto error = error_of<DecodeError>([&] { (void)event.json(); });
      REQUIRE(error);
      CHECK(error->problem() == too_deep);
      if (is_too_deep(event.params()) && event.is<notifications::ThreadClosed>()) {
        CHECK_THROWS_AS((void)event.as<notifications::ThreadClosed>(), DecodeError);
      }
    }
    check_alive(codex);
  }
}

TEST_CASE("lines that are no JSON end the connection with one error, however deep") {
  const std::string open(1'000'000, '[');
  for (const std::string& line :
       {open, R"({"method":)" + open, R"({"id":1,"result":)" + open,
        json_text("m", std::string(200'000, '{')), R"({"method":"m","params":)" + open + "}",
        json_text("m", std::string(150'000, '[') + "1" + std::string(150'000, '}'))}) {
    CAPTURE(line.substr(0, 40));
    RawRuntime runtime;
    Codex codex(runtime.config());
    auto notifications = codex.notifications();
    runtime.send_line(line);
    runtime.end();
    // Or it is read as far as it makes sense, and then the runtime has ended.
    const auto read_all = [&] {
      while (true) (void)notifications.next();
    };
    CHECK_THROWS_AS(read_all(), TransportClosedError);
  }
}

TEST_CASE("a turn keeps what nests too deep as text, and its end is not taken for a good one") {
  RawRuntime runtime;
  Codex codex(runtime.config());
  const Thread thread = codex.thread_start();
  const std::vector<std::string> items = {
      R"("type":"new","id":"i","x":)" + tower(200'000),
      R"("type":"agentMessage","id":"j","text":"said","x":)" + tower(150'000, Nesting::objects),
      R"("type":"agentMessage","id":"k","text":"done")"};
  const auto collect = [&](const std::string& id, const std::string& members) {
    runtime.on("turn/start", R"("result":{"turn":{"id":")" + id + R"("}})");
    auto handle = thread.turn("hi");
    auto stream = handle.stream();
    for (const auto& item : items) {
      runtime.send_line(json_text(
          "item/completed",
          R"({"threadId":"t","turnId":")" + id + R"(","completedAtMs":1,"item":{)" + item + "}}"));
    }
    runtime.send_line(json_text("turn/completed",
                                R"({"threadId":"t","turn":{"id":")" + id + "\"," + members + "}}"));
    std::size_t events = 0;
    on_small_stack(std::size_t{512} << 10, [&] {
      while (stream.next()) ++events;
    });
    CHECK(events == 4);
    return handle;
  };
  auto handle = collect("u", R"("status":"completed")");
  std::optional<TurnResult> result;
  on_small_stack(std::size_t{512} << 10, [&] { result = handle.run(); });
  REQUIRE(result);
  CHECK(result->final_response == "done");
  REQUIRE(result->items.size() == 3);
  for (const std::size_t at : {0, 1}) {
    const auto* kept = result->items[at].as<protocol::Unknown>();
    REQUIRE(kept);
    CHECK(kept->raw.is_string());
    CHECK(contains(kept->raw.get<std::string>(), items[at]));
  }
  auto unreadable = collect("v", R"("status":"completed","x":)" + tower(200'000));
  const auto failed = error_of<TurnFailedError>([&] { (void)unreadable.run(); });
  REQUIRE(failed);
  CHECK(contains(failed->what(), too_deep));
  CHECK(failed->result().items.size() == 3);
}

TEST_CASE("a request of the runtime that nests too deep is refused, and the app is told") {
  RawRuntime runtime;
  std::mutex mutex;
  std::vector<HandlerProblem> problems;
  std::atomic<int> calls = 0;
  CodexConfig config = runtime.config();
  config.handlers.command_approval = [&](const protocol::CommandExecutionRequestApprovalParams&) {
    ++calls;
    return protocol::CommandExecutionRequestApprovalResponse{
        .decision = protocol::CommandExecutionApprovalDecision::accept};
  };
  config.handlers.other = [&](const std::string&, const Json&) {
    ++calls;
    return Json::object();
  };
  config.handlers.on_problem = [&](const HandlerProblem& problem) {
    const std::lock_guard lock(mutex);
    problems.push_back(problem);
  };
  config.shutdown_timeout = std::chrono::seconds{20};
  Codex codex(config);
  for (const std::string& deep : towers()) {
    const auto ask = [&](std::string_view method, const std::string& params) {
      runtime.send_line(R"({"id":7,"method":")" + std::string(method) + R"(","params":)" + params +
                        "}");
      return runtime.next_answer();
    };
    const std::string approval =
        R"({"threadId":"t","turnId":"u","itemId":"i","startedAtMs":1,"x":)";
    CHECK(ask("item/commandExecution/requestApproval", approval + deep + "}") ==
          R"({"id":7,"result":{"decision":"decline"}})");
    CHECK(contains(ask("new/request", deep), R"("error":{"code":-32603)"));
    CHECK(contains(ask("applyPatchApproval", R"({"conversationId":)" + deep + "}"), "\"id\":7"));
  }
  codex.close();  // returns when all was told
  CHECK(calls == 0);
  const std::lock_guard lock(mutex);
  REQUIRE(problems.size() == 3 * towers().size());
  CHECK(problems[0].kind == HandlerProblem::Kind::unreadable);
  CHECK(problems[0].message == std::string("params: ") + too_deep);
}

TEST_CASE("what the tests of an app are fed may nest as deep as it likes") {
  const std::string deep = tower(1'000'000, Nesting::mixed);
  MockModel model;
  httplib::Client client(model.url());
  (void)client.Post("/v1/responses", deep, "application/json");
  CHECK(model.last_request().body.is_null());

  ScriptedServer server;
  const auto transport = server.memory_config().transport();
  transport->send(deep + "\n");
  transport->send("{\"id\":1,\"method\":\"m\"}\n");
  CHECK(server.wait_for_requests("m", 1, std::chrono::seconds{20}));
  REQUIRE(server.problems().size() >= 1);
  CHECK(server.problems()[0].starts_with("the client sent no message: "));
  CHECK(server.problems()[0].size() <= 10'000);
  transport->close();

  const codex::testing::detail::TempDir folder("codex-deep-");
  const auto file = folder.path() / "recording.jsonl";
  write_file(file, R"({"dir":"recv","t":0,"msg":{"x":)" + deep + "}}\n" +
                       R"({"dir":"recv","t":0,"msg":{}})" + "\n");
  CHECK(contains(message_of<std::runtime_error>([&] { ScriptedServer().play(file); }),
                 "this is no line of a recording"));
}

}  // namespace codex::testing
