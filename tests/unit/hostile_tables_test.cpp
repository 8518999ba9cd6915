#include <atomic>
#include <ctime>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing/gate.hpp>
#include <codex/testing/scripted_server.hpp>

#include "connection/connection.hpp"
#include "connection/goal_relay.hpp"
#include "handlers/dispatcher.hpp"
#include "handlers/started_items.hpp"
#include "support/coroutines.hpp"
#include "support/messages.hpp"
#include "support/raw_runtime.hpp"
#include "task/operation.hpp"
#include "testing/record_budget.hpp"
#include "transport/memory_transport.hpp"
#include "turns/turn_collector.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {
namespace {

using testing::contains;
using testing::message;
using testing::turn_message;

constexpr std::size_t megabyte = std::size_t{1} << 20;

struct RouterFixture {
  std::shared_ptr<Router> router =
      std::make_shared<Router>(megabyte, std::make_shared<Timers>([] {}));

  void event(const std::string& turn, const std::string& text = "", const char* thread = "t") {
    router->route(turn_message("item/completed", thread, turn, text));
  }
};

/// The time that the processor takes for it, the least of some tries.
double cost(const std::function<void()>& work) {
  std::clock_t least = 0;
  for (int i = 0; i < 3; ++i) {
    const std::clock_t begin = std::clock();
    work();
    const std::clock_t time = std::clock() - begin;
    if (i == 0 || time < least) least = time;
  }
  return static_cast<double>(least) + 1;
}

}  // namespace

TEST_CASE_FIXTURE(RouterFixture,
                  "turns that begin before the answer to a start are so many at most") {
  PendingTurn pending = router->expect_turn("t");
  for (int i = 0; i < 20'000; ++i) event("turn-" + std::to_string(i));
  CHECK(router->held().turns <= 64);
  CHECK(router->held().bytes <= megabyte);
  // The latest is whole; what is known of the first is that something is missing.
  Subscription latest = router->attach("t", "turn-19999");
  Subscription first = std::move(pending).bind("turn-0");
  CHECK(first.dropped() > 0);
  CHECK_FALSE(first.try_next());
  event("turn-0", "later");
  CHECK(first.try_next());
  latest = router->attach("t", "turn-0");
  CHECK(router->held().turns == 1);
}

TEST_CASE_FIXTURE(RouterFixture, "so are the bytes of these turns together") {
  PendingTurn pending = router->expect_turn("t");
  const std::string text(megabyte / 4, 'x');
  for (int i = 0; i < 60; ++i) event("turn-" + std::to_string(i), text);
  CHECK(router->held().bytes <= megabyte);
  CHECK(router->held().turns == 3);
  Subscription last = std::move(pending).bind("turn-59");
  CHECK(last.try_next());
  CHECK(last.dropped() == 0);
}

TEST_CASE_FIXTURE(RouterFixture,
                  "a turn that others follow outlives the many that came with a start") {
  Subscription old = router->attach("t", "old");
  PendingTurn pending = router->expect_turn("t");
  for (int i = 0; i < 1'000; ++i) event("turn-" + std::to_string(i));
  event("old", "still there");
  CHECK(old.try_next());
  CHECK(old.dropped() == 0);
}

TEST_CASE_FIXTURE(RouterFixture,
                  "logins that ended before anyone asked hold so many bytes at most") {
  const std::string error(megabyte / 4, 'x');
  for (int i = 0; i < 60; ++i) {
    router->route(message(R"({"method":"account/login/completed","params":{"loginId":"l)" +
                          std::to_string(i) + R"(","error":")" + error + R"("}})"));
  }
  CHECK(router->held().bytes <= 2 * megabyte);  // these, and the notifications that the rest became
  CHECK(router->expect_login("l59").try_next());
  CHECK_FALSE(router->expect_login("l0").try_next());
}

TEST_CASE("an id that is too long counts as absent") {
  const std::string fits(1024, 'i');
  const auto ids = [](const std::string& id) {
    return message(R"({"method":"m","params":{"threadId":")" + id + R"(","turn":{"id":")" + id +
                   R"("},"loginId":")" + id + R"(","item":{"id":")" + id + R"("}}})");
  };
  const auto good = ids(fits);
  CHECK(good->envelope.thread_id == fits);
  CHECK(good->envelope.turn_id == fits);
  CHECK(good->envelope.login_id == fits);
  CHECK(good->envelope.item_id == fits);
  const auto bad = ids(fits + "x");
  CHECK(bad->envelope.kind == MessageKind::notification);
  CHECK(bad->envelope.thread_id.empty());
  CHECK(bad->envelope.turn_id.empty());
  CHECK(bad->envelope.login_id.empty());
  CHECK(bad->envelope.item_id.empty());
}

TEST_CASE(
    "the ids of items are forgotten with the oldest turns, which get no new ones after that") {
  KnownIds ids;
  CHECK(ids.add("first", "a"));
  std::size_t refused = 0;  // a turn may be taken for one that was forgotten
  for (std::size_t i = 0; i < 10 * KnownIds::max_turns; ++i) {
    refused += ids.add("turn-" + std::to_string(i), "a") ? 0 : 1;
  }
  CHECK(refused < KnownIds::max_turns / 4);
  CHECK(ids.size() == KnownIds::max_turns);
  CHECK_FALSE(ids.add("first", "never seen"));
  KnownIds many;
  std::size_t added = 0;
  for (std::size_t i = 0; i < 2 * KnownIds::max_ids; ++i) {
    added += many.add("turn", std::to_string(i)) ? 1 : 0;
  }
  CHECK(added == KnownIds::max_ids);
  CHECK(many.size() <= KnownIds::max_ids);
}

TEST_CASE("items of turns that never end are bounded in number and bytes") {
  StartedItems items(256, megabyte);
  for (int i = 0; i < 10'000; ++i) {
    items.keep(message(R"({"method":"item/started","params":{"threadId":"t","turnId":"u)" +
                       std::to_string(i) + R"(","item":{"type":"fileChange","id":"i"}}})"));
    items.note_asked("v" + std::to_string(i), "i", std::to_string(i));
  }
  CHECK(items.known_ids() <= 2 * KnownIds::max_turns);
  CHECK(items.held_bytes() <= megabyte);
  int found = 0;
  for (int i = 9'900; i < 10'000; ++i)
    found += items.find("t", "u" + std::to_string(i), "i") ? 1 : 0;
  CHECK(found > 50);
}

TEST_CASE("small items of a turn's result count with what they cost") {
  TurnCollector collector("u", megabyte);
  for (int i = 0; i < 100'000; ++i) {
    collector.feed(Notification(message(R"({"method":"item/completed","params":{}})")));
  }
  const TurnResult result = collector.result();
  CHECK(result.items.size() <= megabyte / 512);
  CHECK(result.items.size() + result.dropped_items == 100'000);
}

TEST_CASE("requests of the runtime hold so many bytes at most while they have no answer") {
  auto ends = make_memory_transport();
  const auto connection = Connection::open({}, [&] { return std::move(ends.first); });
  Handlers handlers;
  handlers.other = [](const std::string&, const Json&) -> Json { return Json::object(); };
  const auto dispatcher = std::make_shared<Dispatcher>(
      std::move(handlers), std::chrono::hours{1},
      std::make_shared<AgentReach>(CommandEnvironment{}, true), Unhandled::refuse, megabyte);
  dispatcher->attach(connection, {}, nullptr);
  int last_id = 0;
  const auto ask = [&](std::size_t bytes) {
    dispatcher->take(*connection, {.id = std::to_string(++last_id),
                                   .method = "new/request",
                                   .params = '"' + std::string(bytes, 'x') + '"',
                                   .thread_id = "",
                                   .turn_id = ""});
    const auto line = ends.second.next_line(testing::soon());
    return line.value_or("");
  };
  CHECK(contains(ask(megabyte / 4), R"("result":{})"));
  CHECK(contains(ask(megabyte + 1), "too many requests"));
  CHECK(contains(ask(megabyte / 4), R"("result":{})"));
  dispatcher->stop();
  dispatcher->finish(std::chrono::seconds{20}, false);
}

TEST_CASE("coroutines that go on after their request was settled count as well") {
  std::mutex mutex;
  std::vector<Completion<bool>> waiting;
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return waiting.size();
  };
  testing::RawRuntime runtime;
  CodexConfig config = runtime.config();
  config.handlers.other = [&](const std::string&, const Json&) -> Task<Json> {
    const auto start = [&](Completion<bool> completion, const std::stop_token&) {
      const std::lock_guard lock(mutex);
      waiting.push_back(std::move(completion));
    };
    OperationTerms<bool> terms{.heeds_context = false};
    co_await operation<bool>(start, std::move(terms));
    co_return Json::object();
  };
  Codex codex(config);
  constexpr std::size_t places = Dispatcher::max_running + Dispatcher::max_waiting;
  for (std::size_t i = 0; i < places; ++i) {
    const std::string id = std::to_string(i);
    runtime.send_line(R"({"id":)" + id + R"(,"method":"new/request","params":{}})");
    REQUIRE(testing::comes_true([&] { return count() == i + 1; }));
    runtime.send_line(
        R"({"method":"serverRequest/resolved","params":{"threadId":"t","requestId":)" + id + "}}");
  }
  runtime.send_line(R"({"id":1000,"method":"new/request","params":{}})");
  CHECK(contains(runtime.next_answer(), R"("id":1000,"error")"));
  const std::lock_guard lock(mutex);
  for (const auto& completion : waiting) completion(true);
}

TEST_CASE("problems beyond those that the app is slow to hear of are lost") {
  testing::RawRuntime runtime;
  testing::Gate gate;
  std::atomic<std::size_t> told = 0;
  CodexConfig config = runtime.config();
  config.handlers.on_problem = [&](const HandlerProblem&) {
    (void)gate.pass({});
    ++told;
  };
  Codex codex(config);
  for (int i = 0; i < 600; ++i) {
    runtime.send_line(R"({"id":)" + std::to_string(i) + R"(,"method":"new/request","params":{}})");
  }
  for (int i = 0; i < 600; ++i) CHECK_FALSE(runtime.next_answer().empty());
  gate.open();
  CHECK(testing::comes_true([&] { return told >= 256; }));
  codex.close();
  CHECK(told <= 258);
}

TEST_CASE_FIXTURE(
    RouterFixture,
    "of the turns that ended, and of those of a goal, the latest 256 are remembered") {
  for (int i = 0; i < 257; ++i) {
    router->route(turn_message("turn/completed", "t", "turn-" + std::to_string(i)));
  }
  CHECK_THROWS_AS((void)router->attach("t", "turn-256"), CodexError);
  CHECK_THROWS_AS((void)router->attach("t", "turn-1"), CodexError);
  CHECK_NOTHROW((void)router->attach("t", "turn-0"));
  GoalRelay goal("t", megabyte, std::make_shared<Timers>([] {}));
  goal.accept();
  const auto take = [&](std::string_view method, int turn) {
    return goal.take(Notification(turn_message(method, "t", "turn-" + std::to_string(turn), "x")));
  };
  for (int i = 0; i < 257; ++i) CHECK(take("turn/started", i));
  CHECK_FALSE(take("item/completed", 0));
  CHECK(take("item/completed", 1));
  CHECK(take("item/completed", 256));
}

TEST_CASE("what the tests of an app are fed is recorded up to a limit") {
  using testing::detail::RecordBudget;
  RecordBudget count;
  for (std::size_t i = 0; i < RecordBudget::most_requests; ++i) CHECK(count.take(1));
  CHECK_FALSE(count.take(1));
  RecordBudget bytes;
  CHECK(bytes.take(RecordBudget::most_bytes - 1));
  CHECK_FALSE(bytes.take(2));
  CHECK(bytes.take(1));

  testing::ScriptedServer server;
  const auto transport = server.memory_config().transport();
  for (std::size_t i = 0; i < 10'100; ++i) transport->send("{\"method\":\"m\"}\n");
  std::promise<void> handled;
  server.on("last", [&](const Json&) {
    handled.set_value();
    return testing::Answer();
  });
  transport->send("{\"id\":1,\"method\":\"last\"}\nno message\n");
  REQUIRE(handled.get_future().wait_until(testing::soon()) == std::future_status::ready);
  CHECK(server.requests("").size() == RecordBudget::most_requests);
  transport->close();
}

TEST_CASE("a request whose id or method is too long is refused") {
  testing::RawRuntime runtime;
  Codex codex(runtime.config());
  const std::string name(1'000'000, 'x');
  runtime.send_line(R"({"id":1,"method":")" + name + "\"}");
  CHECK(contains(runtime.next_answer(), "too long"));
  runtime.send_line(R"({"id":")" + name + R"(","method":"m"})");
  CHECK(contains(runtime.next_answer(), "too long"));
}

TEST_CASE("keys with escapes, and members that come twice, are read as decode reads them") {
  const auto scanned = message(
      R"({"\u006dethod":"m","par\u0061ms":{"\u0074hreadId":"a","threadId":"b",)"
      R"("turn":{"id":"x","\u0069d":"y"},"item":{"id":"p"},"item":{"id":"q"}},"\u0069d":3})");
  const Envelope& envelope = scanned->envelope;
  CHECK(envelope.kind == MessageKind::server_request);
  CHECK(envelope.method == "m");
  CHECK(envelope.id == "3");
  CHECK(envelope.thread_id == "b");
  CHECK(envelope.turn_id == "y");
  CHECK(envelope.item_id == "q");
}

TEST_CASE("what a line repeats takes no memory twice") {
  std::string line = R"({"method":"m","params":{"threadId":"t")";
  for (int i = 0; i < 100'000; ++i) line += R"(,"threadId":"\u0061","item":{"id":"\u0062"})";
  const auto scanned = message(line + "}}");
  CHECK(scanned->envelope.thread_id == "a");
  CHECK(scanned->envelope.item_id == "b");
  CHECK(std::distance(scanned->unescaped.begin(), scanned->unescaped.end()) == 2);
}

TEST_CASE("odd bytes and numbers end one message, or the connection, and nothing else") {
  const std::string nul(1, '\0');
  CHECK(message(R"({"method":"m","params":{"x":1e400,"y":-1e400}})")->envelope.kind ==
        MessageKind::notification);
  const auto huge = message(R"({"method":"m","params":{"x":)" + std::string(100'000, '9') + "}}");
  CHECK(huge->envelope.kind == MessageKind::notification);
  const Notification endless(message(R"({"method":"m","params":{"x":1e400}})"));
  CHECK_THROWS_AS((void)endless.json(), DecodeError);
  const Notification lone(message(R"({"method":"m","params":{"threadId":"\ud800","x":"\udc00"}})"));
  CHECK_THROWS_AS((void)lone.json(), DecodeError);
  CHECK(message("{\"method\":\"m" + nul + "\"}")->envelope.kind == MessageKind::invalid);
  CHECK(message("{\"method\":\"\xff\"}")->envelope.kind == MessageKind::invalid);
  CHECK(message(R"({"method":"m\u0000"})")->envelope.method == std::string_view("m\0", 2));
}

TEST_CASE("the work for a line grows with its length, and no faster") {
  const auto repeated = [](std::string head, std::string_view part, std::string_view tail) {
    return [head = std::move(head), part, tail](std::size_t count) {
      std::string line(head);
      for (std::size_t i = 0; i < count; ++i) line += part;
      return line.append(tail);
    };
  };
  const std::string item = R"({"method":"item/completed","params":{"threadId":"t","turnId":"u",)";
  const std::vector<std::function<std::string(std::size_t)>> lines = {
      repeated(item + "\"item\":1", R"(,"item":{"x":1})", "}}"),
      repeated(item + "\"item\":1", R"(,"threadId":"\u0061")", "}}"),
      repeated(item + R"("item":{"type":"new")", R"(,"k":1)", "}}}"),
      repeated(item + R"("item":{"id":"i")", R"(,"k":[{}])", R"(,"type":"agentMessage"}}})"),
      repeated(item + R"("item":{"type":"new","k":[1)", ",[]", "]}}}"),
      repeated(item + R"("item":{")", "\\u0061", R"(":1}}})"),
      repeated(item + R"("item":1,"n":)", "9", "}}"),
      repeated(R"({"method":"item/completed")", R"(,"params":{"turnId":"u"})", "}"),
      repeated(R"({"x":1)", R"(,"method":"item/completed","params":{})", "}"),
  };
  const auto handle = [](const std::string& line) {
    const Notification event(message(line));
    TurnCollector collector("u");
    collector.feed(event);
    (void)collector.result();
  };
  for (const auto& line : lines) {
    const std::string small = line(3'000);
    const std::string large = line(24'000);
    CAPTURE(small.substr(0, 120));
    const double ratio = cost([&] { handle(large); }) / cost([&] { handle(small); });
    CHECK(ratio < 32);  // 8 in truth, and 64 where work is quadratic
  }
}

}  // namespace codex::detail
