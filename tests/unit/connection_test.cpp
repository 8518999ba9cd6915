#include "connection/connection.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <set>

#include <doctest/doctest.h>

#include "support/await.hpp"
#include "support/messages.hpp"
#include "testing/temp_dir.hpp"
#include "transport/memory_transport.hpp"
#include "transport/preamble.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::message_of;
using testing::soon;
using testing::text_of;

/// A connection to a peer in this process, played by the test.
struct TalkFixture {
  std::pair<std::unique_ptr<codex::Transport>, MemoryPeer> ends = make_memory_transport();
  MemoryPeer& peer = ends.second;
  std::shared_ptr<Connection> connection;

  explicit TalkFixture(ConnectionOptions options = {}) {
    connection = Connection::open(std::move(options), [this] { return std::move(ends.first); });
  }

  using Pending = std::future<Outcome<std::string>>;

  Pending start(std::string method, TimePoint deadline = TimePoint::max(),
                std::stop_token stop = {}, std::string params = "{}") {
    auto promise = std::make_shared<std::promise<Outcome<std::string>>>();
    Pending pending = promise->get_future();
    connection->start({.method = std::move(method),
                       .params = std::move(params),
                       .deadline = deadline,
                       .stop = std::move(stop),
                       .completion = [promise](Outcome<std::string> outcome) {
                         promise->set_value(std::move(outcome));
                       }});
    return pending;
  }

  Json received() {
    const auto line = peer.next_line(soon());
    REQUIRE(line);
    return Json::parse(*line);
  }

  /// The id of the next request, which must be of that method.
  std::uint64_t asked(std::string_view method) {
    const Json request = received();
    CHECK(request.at("method") == method);
    return request.at("id").get<std::uint64_t>();
  }

  void answer(std::uint64_t id, std::string_view result = "{}") {
    peer.send_line(R"({"id":)" + std::to_string(id) + R"(,"result":)" + std::string(result) + "}");
  }

  /// A request whose time is up soon, but not before it was sent, and its id.
  std::pair<Pending, std::uint64_t> start_briefly(const std::string& method) {
    for (auto time = 1ms;; time *= 2) {
      REQUIRE(time < 20s);
      Pending pending = start(method, Clock::now() + time);
      const auto line = peer.next_line(Clock::now());
      if (!line) continue;
      const Json request = Json::parse(*line);
      CHECK(request.at("method") == method);
      return {std::move(pending), request.at("id").get<std::uint64_t>()};
    }
  }

  /// A round trip: all that was sent before it has been handled.
  void settle() {
    auto ping = start("ping");
    answer(asked("ping"));
    (void)value_or_throw<std::string>(ping.get());
  }

  bool nothing_was_sent() { return !peer.next_line(Clock::now()); }
};

std::string result(TalkFixture::Pending& pending) {
  REQUIRE(pending.wait_until(soon()) == std::future_status::ready);
  return value_or_throw<std::string>(pending.get());
}

template <class E>
std::string error(TalkFixture::Pending& pending) {
  return message_of<E>([&] { (void)result(pending); });
}

bool is_open(TalkFixture::Pending& pending) {
  return pending.wait_for(0s) == std::future_status::timeout;
}

struct SmallWindow : TalkFixture {
  SmallWindow() : TalkFixture({.window = {.max_in_flight = 2, .abandoned_grace = 1h}}) {}
};

/// A client of a runtime that other clients crowd.
struct CrowdedFixture : TalkFixture {
  explicit CrowdedFixture(WindowOptions window = {.retries_overload = true})
      : TalkFixture({.window = window}) {}
  void refuse(std::uint64_t id, std::int64_t code = -32001) {
    peer.send_line(R"({"id":)" + std::to_string(id) + R"(,"error":{"code":)" +
                   std::to_string(code) + R"(,"message":"Server overloaded; retry later."}})");
  }
};

}  // namespace

TEST_CASE_FIXTURE(CrowdedFixture, "what a crowded runtime refuses is sent again after a pause") {
  std::string method = "model/list";
  SUBCASE("a read") {}
  SUBCASE("a start, since it has not begun") { method = "turn/start"; }
  SUBCASE("an interrupt") { method = "turn/interrupt"; }
  auto pending = start(method, TimePoint::max(), {}, R"({"x":1})");
  for (int i = 0; i < 2; ++i) {
    const Json request = received();
    CHECK(request.at("params") == Json{{"x", 1}});
    refuse(request.at("id").get<std::uint64_t>());
  }
  CHECK(is_open(pending));
  answer(asked(method), R"("done")");
  CHECK(result(pending) == R"("done")");
}

TEST_CASE_FIXTURE(CrowdedFixture, "what is refused for another reason is not sent again") {
  auto pending = start("model/list");
  refuse(asked("model/list"), -32000);
  CHECK(contains(error<CodexRpcError>(pending), "overloaded"));
  CHECK(nothing_was_sent());
}

TEST_CASE("a pause ends no later than the request's time, and there is an end to pauses") {
  WindowOptions window{.retries_overload = true};
  TimePoint deadline = TimePoint::max();
  SUBCASE("its time") { deadline = Clock::now() + 20s; }
  SUBCASE("the patience") { window.overload_patience = 1ms; }
  CrowdedFixture talk(window);
  auto pending = talk.start("model/list", deadline);
  if (deadline != TimePoint::max()) {  // longer and longer pauses would pass it
    auto hurried = talk.start("thread/read", Clock::now() + 40ms);
    talk.answer(talk.asked("model/list"));
    CHECK(result(pending) == "{}");
    auto line = talk.peer.next_line(Clock::now() + 1s);
    for (int attempt = 0; !line && attempt < 60; ++attempt) {  // its time was over at once
      hurried = talk.start("thread/read", Clock::now() + 40ms);
      line = talk.peer.next_line(Clock::now() + 1s);
    }
    REQUIRE(line);
    talk.refuse(Json::parse(*line).at("id").get<std::uint64_t>());
    REQUIRE(hurried.wait_until(soon()) == std::future_status::ready);
    // Busy, or timed out where this machine was too slow: but never sent again.
    CHECK(std::holds_alternative<std::exception_ptr>(hurried.get()));
  } else {
    talk.refuse(talk.asked("model/list"));
    CHECK(contains(error<ServerBusyError>(pending), "overloaded"));
  }
  talk.settle();
}

TEST_CASE_FIXTURE(CrowdedFixture, "a stop ends a pause, and the request is not sent any more") {
  std::stop_source stop;
  auto pending = start("model/list", TimePoint::max(), stop.get_token());
  for (int i = 0; i < 3; ++i) refuse(asked("model/list"));
  stop.request_stop();
  CHECK(contains(error<CancelledError>(pending), "cancelled"));
  while (peer.next_line(Clock::now())) {  // sent before the stop, where this thread was slow
  }
  settle();
}

TEST_CASE_FIXTURE(CrowdedFixture, "a request that pauses takes no place among those in flight") {
  auto pausing = start("a");
  refuse(asked("a"));
  std::vector<Pending> others;
  for (int i = 0; i < 64; ++i) others.push_back(start("b"));
  std::size_t sent = 0;
  for (bool is_again = false; !is_again || sent < 64;) {
    const Json request = received();
    const auto id = request.at("id").get<std::uint64_t>();
    if (request.at("method") == "a") {
      is_again = true;
    } else {
      ++sent;
    }
    answer(id);
  }
  CHECK(result(pausing) == "{}");
}

TEST_CASE("requests to a runtime of our own, and large ones, are not sent again") {
  CrowdedFixture talk({.retries_overload = false});
  SUBCASE("our own") {}
  SUBCASE("large") { talk.connection.reset(); }
  if (!talk.connection) {
    CrowdedFixture attached({.retries_overload = true, .max_retried_bytes = 100});
    auto pending = attached.start("a", TimePoint::max(), {}, '"' + std::string(100, 'x') + '"');
    attached.refuse(attached.asked("a"));
    CHECK(contains(error<ServerBusyError>(pending), "overloaded"));
    return;
  }
  auto pending = talk.start("a");
  talk.refuse(talk.asked("a"));
  CHECK(contains(error<ServerBusyError>(pending), "overloaded"));
  CHECK(talk.nothing_was_sent());
}

TEST_CASE_FIXTURE(TalkFixture, "a request goes out as one line and completes with the raw result") {
  auto pending = start("thread/start", TimePoint::max(), {}, R"({"cwd":"/x"})");
  CHECK(peer.next_line(soon()) == R"({"id":1,"method":"thread/start","params":{"cwd":"/x"}})");
  CHECK(is_open(pending));
  answer(1, R"({"big":123456789012345678901234567890})");
  CHECK(result(pending) == R"({"big":123456789012345678901234567890})");
}

TEST_CASE_FIXTURE(TalkFixture, "await blocks for the result, or throws the error") {
  const auto call = [this] {
    return await<std::string>([this](Completion<std::string> completion) {
      connection->start({.method = "m", .completion = std::move(completion)});
    });
  };
  auto good = std::async(std::launch::async, call);
  answer(asked("m"), "7");
  CHECK(good.get() == "7");
  auto bad = std::async(std::launch::async, call);
  peer.send_line(R"({"id":)" + std::to_string(asked("m")) +
                 R"(,"error":{"code":-32602,"message":"no"}})");
  CHECK_THROWS_AS((void)bad.get(), InvalidParamsError);
}

TEST_CASE_FIXTURE(TalkFixture, "answers come in any order") {
  auto first = start("a");
  auto second = start("b");
  auto third = start("c");
  answer(3, "\"c\"");
  answer(1, "\"a\"");
  answer(2, "\"b\"");
  CHECK(result(first) == "\"a\"");
  CHECK(result(second) == "\"b\"");
  CHECK(result(third) == "\"c\"");
}

TEST_CASE_FIXTURE(TalkFixture, "answers twice, to nobody, or with foreign ids harm nothing") {
  auto first = start("a");
  auto second = start("b");
  answer(1, "1");
  answer(1, "2");
  answer(77);
  peer.send_line(R"({"id":"two","result":"a name is not ours"})");
  peer.send_line(R"({"id":-2,"result":{}})");
  peer.send_line(R"({"id":2.5,"result":{}})");
  peer.send_line(R"({"id":null,"error":{"code":-32700,"message":"parse error"}})");
  answer(2, "3");
  CHECK(result(first) == "1");
  CHECK(result(second) == "3");
}

TEST_CASE_FIXTURE(TalkFixture, "an answer is found however a proxy writes its id") {
  for (const char* line :
       {R"({"id":"1","result":"ok"})", R"({"result":"ok","id":2.0})",
        R"({ "jsonrpc" : "2.0" , "result" : "ok" , "id" : "3" })", R"({"id":4E0,"result":"ok"})",
        R"({"id":5,"method":"m","result":"ok","error":null})",
        "\xef\xbb\xbf{\"id\":6,\"result\":\"ok\"}\r", R"({"\u0069d":7,"result":"ok"})"}) {
    CAPTURE(line);
    auto pending = start("m");
    (void)asked("m");
    peer.send_line(line);
    CHECK(result(pending) == R"("ok")");
  }
  auto refused = start("m");
  (void)asked("m");
  peer.send_line(R"({"error":{"message":"no","code":-32602},"id":"8"})");
  CHECK(contains(error<InvalidParamsError>(refused), "no"));
}

TEST_CASE_FIXTURE(TalkFixture, "error answers become exceptions, malformed ones too") {
  auto unknown = start("x/y");
  peer.send_line(
      R"({"id":1,"error":{"code":-32600,"message":"Invalid request: unknown variant `x/y`, expected one of `a`"}})");
  CHECK(contains(error<MethodNotFoundError>(unknown), "unknown variant `x/y`"));
  auto malformed = start("m");
  peer.send_line(R"({"id":2,"error":"odd"})");
  CHECK(error<CodexError>(malformed) == "Malformed JSON-RPC error response");
  auto empty = start("m");
  peer.send_line(R"({"id":3})");
  CHECK(error<CodexError>(empty) == "Malformed JSON-RPC response to m");
}

TEST_CASE_FIXTURE(TalkFixture, "at most 64 requests are in flight, the rest follow in order") {
  std::vector<Pending> pending;
  pending.reserve(200);
  for (int i = 0; i < 200; ++i) pending.push_back(start("m" + std::to_string(i)));
  int next = 0;
  std::deque<std::uint64_t> open;
  while (next < 200) {
    open.push_back(asked("m" + std::to_string(next++)));
    if (next < 64) continue;
    CHECK(open.size() == 64);
    CHECK(nothing_was_sent());
    answer(open.back(), std::to_string(open.back()));
    open.pop_back();
  }
  for (const auto id : open) answer(id, std::to_string(id));
  for (int i = 0; i < 200; ++i) CHECK(result(pending[i]) == std::to_string(i + 1));
}

TEST_CASE_FIXTURE(SmallWindow,
                  "what ends or steers the requests in flight does not wait for them") {
  auto first = start("command/exec");
  auto second = start("command/exec");
  auto third = start("command/exec");
  auto control = start("turn/interrupt");
  const auto first_id = asked("command/exec");
  (void)asked("command/exec");
  answer(asked("turn/interrupt"));
  (void)result(control);
  CHECK(nothing_was_sent());
  CHECK(is_open(third));
  answer(first_id);
  (void)result(first);
  (void)asked("command/exec");
}

TEST_CASE("the reserve for such requests has an end, too, and they go first when there is room") {
  TalkFixture f({.window = {.max_in_flight = 1, .control_reserve = 1}});
  auto first = f.start("a");
  auto control = f.start("turn/interrupt");
  auto ordinary = f.start("b");
  auto next = f.start("turn/steer");
  (void)f.asked("a");
  const auto interrupt = f.asked("turn/interrupt");
  CHECK(f.nothing_was_sent());
  f.answer(interrupt);
  (void)result(control);
  (void)f.asked("turn/steer");
  CHECK(is_open(ordinary));
}

TEST_CASE_FIXTURE(SmallWindow, "a request that waits its turn too long is never sent") {
  auto first = start("a");
  auto second = start("b");
  auto queued = start("queued", Clock::now() + 10ms);
  auto last = start("last");
  const std::string what = error<TimeoutError>(queued);
  CHECK(contains(what, "queued timed out after"));
  CHECK(contains(what, "not been sent"));
  answer(asked("a"));
  (void)asked("b");
  (void)asked("last");
}

TEST_CASE_FIXTURE(SmallWindow, "a request that is cancelled before its turn is never sent") {
  auto first = start("a");
  auto second = start("b");
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  auto queued = start("queued", TimePoint::max(), stop.get_token());
  auto last = start("last");
  stop.request_stop();
  CHECK(contains(error<CancelledError>(queued), "not been sent"));
  answer(1);
  CHECK(asked("a") == 1);
  CHECK(asked("b") == 2);
  CHECK(asked("last") == 4);
}

TEST_CASE_FIXTURE(TalkFixture, "what is over before it begins is not sent") {
  auto late = start("late", Clock::now() - 1ms);
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  stop.request_stop();
  auto stopped = start("stopped", TimePoint::max(), stop.get_token());
  CHECK(contains(error<TimeoutError>(late), "not been sent"));
  CHECK(contains(error<CancelledError>(stopped), "not been sent"));
  CHECK(nothing_was_sent());
}

TEST_CASE_FIXTURE(TalkFixture, "a deadline ends the wait, and the answer that follows is dropped") {
  auto [pending, id] = start_briefly("slow/method");
  const std::string what = error<TimeoutError>(pending);
  CHECK(contains(what, "slow/method timed out after"));
  CHECK_FALSE(contains(what, "not been sent"));
  answer(id);
  settle();
}

TEST_CASE_FIXTURE(TalkFixture,
                  "a stop request ends the wait, and the answer that follows is dropped") {
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  auto pending = start("slow", TimePoint::max(), stop.get_token());
  const auto id = asked("slow");
  stop.request_stop();
  CHECK(contains(error<CancelledError>(pending), "slow was cancelled"));
  answer(id);
  settle();
}

TEST_CASE_FIXTURE(SmallWindow, "a request that was given up keeps its place until its answer") {
  auto [given_up, slow_id] = start_briefly("slow");
  auto other = start("other");
  CHECK(contains(error<TimeoutError>(given_up), "slow"));
  auto next = start("next");
  (void)asked("other");
  CHECK(nothing_was_sent());
  answer(slow_id);
  (void)asked("next");
}

TEST_CASE("a request whose answer never comes does not keep its place for ever") {
  TalkFixture fixture({.window = {.max_in_flight = 1, .abandoned_grace = 20ms}});
  auto [lost, lost_id] = fixture.start_briefly("lost");
  auto next = fixture.start("next");
  CHECK(fixture.asked("next") > lost_id);
  CHECK(contains(error<TimeoutError>(lost), "lost"));
}

TEST_CASE("requests that wait their turn have a limit too") {
  TalkFixture fixture({.window = {.max_in_flight = 1, .max_queued_bytes = 100}});
  auto sent = fixture.start("a");
  auto refused = fixture.start("b", TimePoint::max(), {}, '"' + std::string(100, 'x') + '"');
  auto queued = fixture.start("c");
  CHECK(contains(error<CodexError>(refused), "Too many requests"));
  fixture.answer(fixture.asked("a"));
  CHECK(fixture.asked("c") == 3);
}

TEST_CASE_FIXTURE(TalkFixture, "params that are not UTF-8 are refused, as the runtime would end") {
  auto pending = start("m", TimePoint::max(), {}, "\"\xff\"");
  CHECK(contains(error<CodexError>(pending), "UTF-8"));
  CHECK_THROWS_AS(connection->notify("m", "\"\xff\""), CodexError);
  settle();
}

TEST_CASE_FIXTURE(TalkFixture, "notifications go out, with and without params") {
  connection->notify("initialized");
  connection->notify("other", "{\"a\":1}");
  CHECK(peer.next_line(soon()) == R"({"method":"initialized"})");
  CHECK(peer.next_line(soon()) == R"({"method":"other","params":{"a":1}})");
}

TEST_CASE_FIXTURE(TalkFixture, "notifications come in, before and after someone listens") {
  peer.send_line(R"({"method":"configWarning","params":{"text":"a"}})");
  settle();
  Subscription general = connection->router().general();
  peer.send_line(R"({"method":"configWarning","params":{"text":"b"}})");
  CHECK(text_of(*next_blocking(general, soon())) == "a");
  CHECK(text_of(*next_blocking(general, soon())) == "b");
  CHECK_THROWS_AS((void)next_blocking(general, Clock::now() + 5ms), TimeoutError);
  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  stop.request_stop();
  CHECK_THROWS_AS((void)next_blocking(general, TimePoint::max(), stop.get_token()), CancelledError);
}

TEST_CASE_FIXTURE(TalkFixture, "a turn whose events arrive before the answer to turn/start") {
  PendingTurn expected = connection->router().expect_turn("t");
  auto pending = start("turn/start");
  const auto id = asked("turn/start");
  peer.send_line(
      R"({"method":"turn/started","params":{"threadId":"t","turn":{"id":"u"},"text":"a"}})");
  peer.send_line(
      R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u"},"text":"b"}})");
  answer(id, R"({"turn":{"id":"u"}})");
  CHECK(contains(result(pending), "u"));
  Subscription turn = std::move(expected).bind("u");
  CHECK(text_of(*next_blocking(turn, soon())) == "a");
  CHECK(text_of(*next_blocking(turn, soon())) == "b");
  CHECK_FALSE(next_blocking(turn, soon()));
}

TEST_CASE("requests of the server reach the hook and are answered under their own ids") {
  std::promise<ServerRequest> asked;
  TalkFixture fixture({.on_server_request = [&](Connection& connection, ServerRequest request) {
    if (request.method == "later") return asked.set_value(std::move(request));
    if (request.method == "throws") throw std::runtime_error("oops");
    connection.respond(request.id, R"({"now":true})");
  }});
  auto ours = fixture.start("ours");  // id 1, as the server's
  CHECK(fixture.asked("ours") == 1);
  fixture.peer.send_line(R"({"method":"now","id":1,"params":{}})");
  CHECK(fixture.peer.next_line(soon()) == R"({"id":1,"result":{"now":true}})");
  fixture.peer.send_line(R"({"method":"throws","id":"x"})");
  const Json failed = fixture.received();
  CHECK(failed.at("id") == "x");
  CHECK(failed.at("error").at("code") == -32603);
  CHECK(contains(failed.at("error").at("message").get<std::string>(), "oops"));

  fixture.peer.send_line(
      R"({"method":"later","id":"s-7","params":{"threadId":"t","turnId":"u","n":1}})");
  const ServerRequest request = asked.get_future().get();
  CHECK(request.params == R"({"threadId":"t","turnId":"u","n":1})");
  CHECK(request.thread_id == "t");
  CHECK(request.turn_id == "u");
  fixture.connection->respond_error(request.id, -1, "no");
  CHECK(fixture.peer.next_line(soon()) == R"({"id":"s-7","error":{"code":-1,"message":"no"}})");

  CHECK(is_open(ours));
  fixture.connection->close();
  CHECK_NOTHROW(fixture.connection->respond(request.id, "{}"));
}

TEST_CASE_FIXTURE(TalkFixture, "without a hook, requests of the server are refused") {
  peer.send_line(R"({"method":"item/tool/call","id":0,"params":{}})");
  const Json refusal = received();
  CHECK(refusal.at("id") == 0);
  CHECK(refusal.at("error").at("code") == -32601);
}

TEST_CASE_FIXTURE(TalkFixture, "the error of a runtime that worked has an advice, and no log") {
  settle();
  auto pending = start("m");
  ExitStatus status;
  std::string last_line;
  SUBCASE("killed") { status.signal = 9; }
  SUBCASE("ended in peace") { status.code = 0; }
  SUBCASE("failed by itself") {
    status.code = 101;
    last_line = "\nstderr ends with: token=\"***\" is no good";
  }
  peer.end(status, "WARN something else\ntoken=\"hush\" is no good\n");
  try {
    (void)result(pending);
    FAIL("it should have thrown");
  } catch (const TransportClosedError& closed) {
    CHECK(std::string(closed.what())
              .ends_with("). Make a new client and resume the threads; stderr_tail() has what the "
                         "runtime wrote last." +
                         last_line));
    CHECK(closed.stderr_tail() == "WARN something else\ntoken=\"***\" is no good");
  }
}

TEST_CASE_FIXTURE(TalkFixture, "when the runtime ends, everyone is told how") {
  auto pending = start("m");
  Subscription turn = connection->router().expect_turn("t").bind("u");
  Subscription general = connection->router().general();
  peer.end({.code = 3}, "last words");
  try {
    (void)result(pending);
    FAIL("it should have thrown");
  } catch (const TransportClosedError& closed) {
    CHECK(closed.exit_status() == ExitStatus{.code = 3});
    CHECK(closed.stderr_tail() == "last words");
    CHECK(contains(closed.what(), "The Codex runtime ended (exit code 3)"));
  }
  CHECK_THROWS_AS((void)next_blocking(turn, soon()), TransportClosedError);
  CHECK_THROWS_AS((void)next_blocking(general, soon()), TransportClosedError);
  auto after = start("m");
  CHECK(contains(error<TransportClosedError>(after), "exit code 3"));
  CHECK_THROWS_AS(connection->notify("m"), TransportClosedError);
  CHECK(connection->is_closed());
}

TEST_CASE_FIXTURE(TalkFixture, "queued requests fail too when the runtime ends") {
  std::vector<Pending> pending;
  pending.reserve(100);
  for (int i = 0; i < 100; ++i) pending.push_back(start("m"));
  peer.end({.signal = 9});
  for (auto& request : pending) CHECK(contains(error<TransportClosedError>(request), "signal 9"));
}

TEST_CASE_FIXTURE(TalkFixture, "a line that is no message closes the connection and is shown") {
  settle();
  auto pending = start("m");
  SUBCASE("text") {
    peer.send_line(R"(panicked at apiKey="hush" here)");
    const std::string what = error<TransportClosedError>(pending);
    CHECK(contains(what, "no message"));
    CHECK(contains(what, "panicked at"));
    CHECK_FALSE(contains(what, "hush"));
  }
  SUBCASE("JSON") {
    peer.send_line("[]");
    CHECK(contains(error<TransportClosedError>(pending), "no message"));
  }
  SUBCASE("what came before it counts, what follows does not") {
    auto second = start("n");
    peer.send(R"({"id":2,"result":1})"
              "\noops\n"
              R"({"id":3,"result":2})"
              "\n");
    CHECK(result(pending) == "1");
    CHECK(contains(error<TransportClosedError>(second), "oops"));
  }
}

TEST_CASE_FIXTURE(TalkFixture,
                  "what a shell prints before the first message is skipped, then nothing") {
  auto pending = start("m");
  SUBCASE("lines") { peer.send("Welcome to {host}!\r\n\nread {\"this\": 1}\n[1]\n"); }
  SUBCASE("a code on a line of its own") { peer.send("\x1b[?2004h\r\x1b[?2004l\r\r\n"); }
  SUBCASE("a code in front of the message") { peer.send("\x1b[?2004h"); }
  SUBCASE("a prompt and a title in front of the message") {
    peer.send("\x1b]0;me@host: ~\x07me@{host}:~$ ");
  }
  SUBCASE("a progress bar") { peer.send("loading 10%\rloading 100%\r"); }
  SUBCASE("a byte order mark") { peer.send("\xef\xbb\xbf"); }
  SUBCASE("blanks") { peer.send(" \t"); }
  answer(1, "1");
  CHECK(result(pending) == "1");
  auto next = start("n");
  peer.send_line("\x1b[?2004h");
  CHECK(contains(error<TransportClosedError>(next), "no message"));
}

TEST_CASE_FIXTURE(TalkFixture, "a first message that is broken is no banner") {
  auto pending = start("m");
  peer.send_line(R"({"id":1,"result":)");
  CHECK(contains(error<TransportClosedError>(pending), "no message"));
}

TEST_CASE_FIXTURE(TalkFixture, "a runtime that only greets and ends is quoted, secrets masked") {
  auto pending = start("m");
  peer.send("\x1b[1mWelcome\x1b[0m\napiKey=\"hush\"\n");
  std::string last_line = "apiKey=\"***\"";
  SUBCASE("whole lines") {}
  SUBCASE("and half a line") {
    peer.send("password: hush");
    last_line = "password: ***";
  }
  peer.end({.code = 3}, "a warning\nlast words\n");
  const std::string what = error<TransportClosedError>(pending);
  CAPTURE(what);
  CHECK(contains(what, "(exit code 3). It sent no message: check CodexConfig::codex_bin"));
  CHECK(contains(what, "\nstdout has no message, but ends with: " + last_line + "\n"));
  CHECK(contains(what, "\nstderr ends with: last words"));
  CHECK_FALSE(contains(what, "Welcome"));
  CHECK_FALSE(contains(what, "hush"));
}

TEST_CASE("a program that writes without end before any message is no runtime") {
  TalkFixture fixture;
  auto pending = fixture.start("m");
  std::string most;
  for (std::size_t line = 0; line < Preamble::max_lines; ++line) most += "y\n";
  SUBCASE("as many lines as may be") {
    fixture.peer.send(most);
    fixture.answer(1, "1");
    CHECK(result(pending) == "1");
    return;
  }
  SUBCASE("lines") { fixture.peer.send(most + "y\n"); }
  SUBCASE("bytes") { fixture.peer.send(std::string(Preamble::max_bytes, 'y') + "\n{"); }
  SUBCASE("bytes without a line end") {
    fixture.peer.send(std::string(Preamble::max_bytes + 1, 'y'));
  }
  const std::string what = error<TransportClosedError>(pending);
  CHECK(contains(what, "no codex app-server"));
  CHECK(contains(what, "too much"));
  CHECK(contains(what, "stdout has no message, but ends with: y"));
  CHECK(what.size() < 600);
}

TEST_CASE("a first message may be long") {
  TalkFixture fixture;
  auto pending = fixture.start("m");
  const std::string text = '"' + std::string(2 * Preamble::max_bytes, 'x') + '"';
  fixture.peer.send("$ {\"id\":1,\"result\":" + text);
  fixture.peer.send("}\n");
  CHECK(result(pending) == text);
}

TEST_CASE("the wire log has what was skipped, with secrets masked") {
  const testing::detail::TempDir folder("codex-test-");
  const auto file = folder.path() / "wire.jsonl";
  {
    TalkFixture fixture({.wire_log = file.string()});
    auto pending = fixture.start("m");
    fixture.peer.send("apiKey=\"hush\"\n$ ");
    fixture.answer(1, "1");
    CHECK(result(pending) == "1");
  }
  std::ifstream in(file);
  const std::string log{std::istreambuf_iterator<char>(in), {}};
  CHECK(contains(log, R"("raw":"apiKey=\"***\"")"));
  CHECK(contains(log, R"("raw":"$ ")"));
  CHECK(contains(log, R"("msg":{"id":1,"result":1})"));
}

TEST_CASE_FIXTURE(TalkFixture, "half a line and then the end") {
  auto pending = start("m");
  peer.send(R"({"id":1,"resu)");
  peer.end({.code = 0});
  CHECK(contains(error<TransportClosedError>(pending), "in the middle of a message"));
}

TEST_CASE("a line without end closes the connection") {
  TalkFixture fixture({.max_message_bytes = 1000});
  auto pending = fixture.start("m");
  fixture.peer.send(std::string(1001, 'x'));
  CHECK(contains(error<TransportClosedError>(pending), "more than 1000 bytes"));
}

TEST_CASE("an answer that is too large is its call's error, and nobody else's") {
  TalkFixture fixture({.max_message_bytes = 1000});
  const std::string text(100'000, 'x');
  auto first = fixture.start("thread/read");
  auto other = fixture.start("other");
  CHECK(fixture.asked("thread/read") == 1);
  CHECK(fixture.asked("other") == 2);
  SUBCASE("as the runtime writes it") {
    fixture.peer.send_line(R"({"id":1,"result":{"thread":{"name":")" + text + R"("}}})");
  }
  SUBCASE("with its id at the end") {
    fixture.peer.send_line(R"({"result":[")" + text + R"({\"id\":2}"],"id":"1"})");
  }
  const std::string what = error<MessageTooLargeError>(first);
  CHECK(contains(what, "The response to thread/read has 100"));
  CHECK(contains(what, "max_message_bytes allows (1000)"));
  fixture.answer(2, "2");
  CHECK(result(other) == "2");

  auto refused = fixture.start("m");
  CHECK(fixture.asked("m") == 3);
  fixture.peer.send_line(R"({"error":{"code":-32602,"message":")" + text + R"("},"id":3})");
  CHECK(contains(error<InvalidParamsError>(refused), "xxxxxxxxxx"));
  fixture.settle();
}

TEST_CASE("a notification that is too large is dropped and counted, in its turn or in general") {
  TalkFixture fixture({.max_message_bytes = 1000});
  Subscription general = fixture.connection->router().general();
  Subscription turn = fixture.connection->router().expect_turn("t").bind("u");
  Subscription other = fixture.connection->router().expect_turn("t").bind("v");
  const std::string text(5000, 'x');
  const auto send = [&](std::string_view method, const std::string& ids, const std::string& more) {
    fixture.peer.send_line(R"({"method":")" + std::string(method) + R"(","params":{)" + more + ids +
                           "}}");
  };
  send("item/completed", R"(,"threadId":"t","turnId":"u")", R"("item":{"text":")" + text + R"("})");
  send("item/started", R"(,"threadId":"t","turnId":"u","text":"a")", R"("item":{})");
  send("configWarning", "", R"("summary":")" + text + '"');
  send("configWarning", "", R"("text":"b")");
  CHECK(text_of(*next_blocking(turn, soon())) == "a");
  CHECK(turn.dropped() == 1);
  CHECK(text_of(*next_blocking(general, soon())) == "b");
  CHECK(general.dropped() == 1);
  CHECK(other.dropped() == 0);
  fixture.settle();
}

TEST_CASE("a turn's end that is too large still ends it") {
  TalkFixture fixture({.max_message_bytes = 1000});
  Subscription turn = fixture.connection->router().expect_turn("t").bind("u");
  fixture.peer.send_line(
      R"({"method":"turn/completed","params":{"threadId":"t","turn":{"items":[{"text":")" +
      std::string(5000, 'x') + R"("}],"id":"u","status":"completed"}}})");
  const auto event = next_blocking(turn, soon());
  REQUIRE(event);
  CHECK(event->is_abridged());
  CHECK(Json::parse(event->params()).at("/turn/status"_json_pointer) == "completed");
  CHECK_FALSE(next_blocking(turn, soon()));
  CHECK(turn.dropped() == 0);
}

TEST_CASE("a request of the runtime that is too large is refused by its id") {
  const std::string params = R"("params":{"threadId":"t","x":[")" + std::string(5000, 'x') + "\"]}";
  TalkFixture fixture({.max_message_bytes = 1000});
  fixture.peer.send_line(R"({"method":"item/tool/call",)" + params + R"(,"id":"s-1"})");
  const Json refusal = fixture.received();
  CHECK(refusal.at("id") == "s-1");
  CHECK(refusal.at("error").at("code") == -32601);

  std::promise<ServerRequest> asked;
  TalkFixture heard(
      {.max_message_bytes = 1000, .on_server_request = [&](auto&, ServerRequest request) {
         asked.set_value(std::move(request));
       }});
  heard.peer.send_line(R"({"method":"item/tool/call","id":0,)" + params + "}");
  const ServerRequest request = asked.get_future().get();
  CHECK(request.is_abridged);
  CHECK(request.id == "0");
  CHECK(request.thread_id == "t");
}

TEST_CASE("a large line that is no message closes the connection") {
  TalkFixture fixture({.max_message_bytes = 1000});
  auto pending = fixture.start("m");
  fixture.peer.send_line(R"({"id":1,"result":1} )" + std::string(5000, 'x'));
  CHECK(contains(error<TransportClosedError>(pending), "no message"));
}

TEST_CASE_FIXTURE(TalkFixture,
                  "closing fails who waits and all calls after it, and may be repeated") {
  auto pending = start("m");
  Subscription turn = connection->router().expect_turn("t").bind("u");
  std::thread other([this] { connection->close(); });
  connection->close();
  connection->close();
  other.join();
  CHECK(peer.is_closed());
  CHECK(contains(error<TransportClosedError>(pending), "is closed"));
  CHECK_THROWS_AS((void)next_blocking(turn, soon()), TransportClosedError);
  auto after = start("m");
  CHECK(contains(error<TransportClosedError>(after), "is closed"));
  CHECK_THROWS_AS((void)connection->router().expect_turn("t"), TransportClosedError);
}

TEST_CASE_FIXTURE(TalkFixture, "the last pointer closes the connection") {
  auto pending = start("m");
  connection.reset();
  CHECK(peer.is_closed());
  CHECK(contains(error<TransportClosedError>(pending), "is closed"));
}

TEST_CASE_FIXTURE(TalkFixture, "a completion may close the connection, and even let go of it") {
  std::promise<void> completed;
  connection->start({.method = "m", .completion = [&](const Outcome<std::string>&) {
                       connection->close();
                       connection.reset();
                       completed.set_value();
                     }});
  answer(asked("m"));
  REQUIRE(completed.get_future().wait_until(soon()) == std::future_status::ready);
  while (!peer.is_closed()) REQUIRE_FALSE(peer.next_line(soon()));
}

TEST_CASE("a transport that cannot be opened is the opener's error") {
  CHECK_THROWS_AS(
      (void)Connection::open(
          {}, []() -> std::unique_ptr<codex::Transport> { throw RuntimeNotFoundError("nowhere"); }),
      RuntimeNotFoundError);
  CHECK_THROWS_AS(
      (void)Connection::open({.wire_log = "/nonexistent/folder/x"},
                             []() -> std::unique_ptr<codex::Transport> { return nullptr; }),
      CodexError);
}

TEST_CASE("a transport of the app's own that is none, or throws anything, ends no program") {
  const auto none =
      testing::error_of<CodexError>([] { (void)Connection::open({}, [] { return nullptr; }); });
  REQUIRE(none);
  CHECK(testing::contains(none->what(), "CodexConfig::transport"));

  struct Throwing final : codex::Transport {
    bool receive(Receiver&, TimePoint) override { throw 7; }
    void wake() noexcept override {}
    void send(std::string_view) override {}
    void close() noexcept override {}
  };
  const auto connection = Connection::open({}, [] { return std::make_unique<Throwing>(); });
  while (!connection->is_closed()) std::this_thread::yield();
}

TEST_CASE_FIXTURE(TalkFixture, "many threads may use one connection") {
  constexpr int threads = 8;
  constexpr int calls = 200;
  std::thread server([this] {
    for (int i = 0; i < threads * calls; ++i) {
      const Json request = received();
      answer(request.at("id").get<std::uint64_t>(), request.at("params").dump());
    }
  });
  std::atomic<int> right = 0;
  std::vector<std::thread> callers;
  callers.reserve(threads);
  for (int t = 0; t < threads; ++t) {
    callers.emplace_back([this, t, &right] {
      for (int i = 0; i < calls; ++i) {
        const std::string params = std::to_string(t * calls + i);
        const auto answer = await<std::string>([&](Completion<std::string> completion) {
          connection->start({.method = "echo",
                             .params = params,
                             .deadline = soon(),
                             .completion = std::move(completion)});
        });
        if (answer == params) ++right;
      }
    });
  }
  for (auto& caller : callers) caller.join();
  server.join();
  CHECK(right == threads * calls);
}

TEST_CASE_FIXTURE(TalkFixture, "100,000 deltas pass through a subscription") {
  constexpr int count = 100'000;
  Subscription turn = connection->router().expect_turn("t").bind("u");
  std::string flood;
  for (int i = 0; i < count; ++i) {
    flood += R"({"method":"item/agentMessage/delta","params":{"threadId":"t","turnId":"u",)"
             R"("itemId":"msg_0123456789","delta":"some words of text "},"emittedAtMs":1})"
             "\n";
  }
  flood += R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u"}}})"
           "\n";
  const auto begin = Clock::now();
  peer.send(flood);
  int events = 0;
  while (next_blocking(turn, soon())) ++events;
  const std::chrono::duration<double> elapsed = Clock::now() - begin;
  CHECK(events + static_cast<int>(turn.dropped()) == count + 1);
  MESSAGE(count << " deltas in " << elapsed.count() << " s, " << turn.dropped() << " dropped");
}

}  // namespace codex::detail
