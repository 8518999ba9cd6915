// Recovery in front of a runtime that the test plays; tests/integration/reconnect_test.cpp has the
// real one.

#include "recovery/recovery.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "transport/memory_transport.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::soon;

/// A runtime whose connections the test plays one after the other.
class PlayedRuntime {
 public:
  /// For the client: each call is a connection.
  TransportFactory factory() {
    return [this] {
      auto [transport, peer] = make_memory_transport();
      const std::lock_guard lock(mutex_);
      peers_.push_back(std::move(peer));
      changed_.notify_all();
      return std::move(transport);
    };
  }

  /// Goes on with the next connection.
  void accept() {
    std::unique_lock lock(mutex_);
    REQUIRE(changed_.wait_until(lock, soon(), [this] { return !peers_.empty(); }));
    peer_.emplace(std::move(peers_.front()));
    peers_.pop_front();
  }
  void cut() { peer_->end(); }

  Json next() {
    const auto line = peer_->next_line(soon());
    REQUIRE(line);
    return Json::parse(*line);
  }
  /// The next request, which must be of that method.
  Json asked(std::string_view method) {
    Json request = next();
    REQUIRE(request["method"] == method);
    return request;
  }
  void answer(const Json& request, const Json& result) {
    peer_->send_line(Json{{"id", request["id"]}, {"result", result}}.dump());
  }
  void refuse(const Json& request, int code, const std::string& message, Json data = nullptr) {
    Json error{{"code", code}, {"message", message}};
    if (!data.is_null()) error["data"] = std::move(data);
    peer_->send_line(Json{{"id", request["id"]}, {"error", error}}.dump());
  }
  void tell(const std::string& method, Json params) {
    peer_->send_line(Json{{"method", method}, {"params", std::move(params)}}.dump());
  }
  std::optional<std::string> next_within(std::chrono::milliseconds time) {
    return peer_->next_line(Clock::now() + time);
  }

  /// Connects again, up to where the client resumes its threads.
  void accept_again() {
    accept();
    answer(asked("initialize"), Json::object());
    (void)asked("initialized");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<MemoryPeer> peers_;
  std::optional<MemoryPeer> peer_;
};

struct RecoveryFixture {
  PlayedRuntime runtime;
  std::mutex mutex;
  std::vector<std::string> told;
  std::shared_ptr<Recovery> recovery;
  std::shared_ptr<Connection> connection;

  explicit RecoveryFixture(RecoveryOptions options = {}, int max_attempts = 1000) {
    options.initialize_params = "{}";
    options.check_greeting = [](std::string_view result) {
      if (contains(result, "other")) throw CodexError("it is another one");
    };
    options.resume_params = [](const std::string& thread_id) {
      return Json{{"threadId", thread_id}}.dump();
    };
    const auto note = [this](std::string what) {
      const std::lock_guard lock(mutex);
      told.push_back(std::move(what));
    };
    options.on_cut = [note](const Failure&) { note("cut"); };
    options.on_restored = [note] { note("restored"); };
    options.on_turn_lost = [note](const std::string& turn_id) { note("lost " + turn_id); };
    recovery = std::make_shared<Recovery>(std::move(options));
    ConnectionOptions how;
    how.window.survives_cuts = true;
    how.gate = [this](const std::shared_ptr<const Message>& message) {
      return recovery->admit(message);
    };
    how.window.on_result = [this](const SentRequest& request, std::string_view result) {
      recovery->note_result(request, result);
    };
    const Reconnect terms{.max_attempts = max_attempts, .initial_delay = 1ms};
    connection = Connection::open(std::move(how), recovery->over(runtime.factory(), terms));
    runtime.accept();
    recovery->begin(*connection);
  }
  ~RecoveryFixture() {
    if (connection) connection->close();
  }

  using Pending = std::future<Outcome<std::string>>;
  Pending start(const std::string& method, const Json& params = Json::object()) {
    auto promise = std::make_shared<std::promise<Outcome<std::string>>>();
    Pending pending = promise->get_future();
    connection->start({.method = method,
                       .params = params.dump(),
                       .deadline = soon(),
                       .completion = [promise](Outcome<std::string> outcome) {
                         promise->set_value(std::move(outcome));
                       }});
    return pending;
  }
  void start_thread(const std::string& id) {
    auto started = start("thread/start");
    runtime.answer(runtime.asked("thread/start"), {{"thread", {{"id", id}}}});
    (void)value_or_throw<std::string>(started.get());
  }
  /// A turn that the client follows.
  Subscription start_turn(const std::string& thread_id, const std::string& turn_id) {
    auto pending = connection->router().expect_turn(thread_id);
    auto started = start("turn/start", {{"threadId", thread_id}});
    runtime.answer(runtime.asked("turn/start"), {{"turn", {{"id", turn_id}}}});
    (void)value_or_throw<std::string>(started.get());
    return std::move(pending).bind(turn_id);
  }
  [[nodiscard]] bool is_told(const std::string& what) {
    const auto deadline = soon();
    while (Clock::now() < deadline) {
      {
        const std::lock_guard lock(mutex);
        if (std::ranges::find(told, what) != told.end()) return true;
      }
      std::this_thread::sleep_for(1ms);
    }
    return false;
  }
};

NextEvent next_of(Subscription& events) {
  std::promise<Outcome<NextEvent>> promise;
  events.next(soon(), {},
              [&](Outcome<NextEvent> outcome) { promise.set_value(std::move(outcome)); });
  return value_or_throw<NextEvent>(promise.get_future().get());
}

Json turn(const std::string& id, const std::string& status, Json items = Json::array()) {
  return {{"id", id},
          {"status", status},
          {"items", std::move(items)},
          {"completedAt", status == "completed" ? Json(1) : Json(nullptr)}};
}

}  // namespace

TEST_CASE_FIXTURE(RecoveryFixture, "after a cut the threads are resumed, then calls go on") {
  start_thread("t");
  runtime.cut();
  CHECK(is_told("cut"));
  auto named = start("thread/name/set", {{"threadId", "t"}});
  auto other = start("model/list");
  runtime.accept_again();
  const Json first = runtime.asked("model/list");  // it names no thread
  const Json resume = runtime.asked("thread/resume");
  CHECK(resume["params"]["threadId"] == "t");
  runtime.answer(first, {{"data", 1}});
  runtime.answer(resume, Json::object());
  runtime.answer(runtime.asked("thread/name/set"), Json::object());
  CHECK(std::holds_alternative<std::string>(other.get()));
  CHECK(std::holds_alternative<std::string>(named.get()));
  CHECK(is_told("restored"));
}

TEST_CASE_FIXTURE(RecoveryFixture, "what was in flight is repeated where that does no harm") {
  auto list = start("model/list");
  auto fork = start("thread/fork");
  (void)runtime.asked("model/list");
  (void)runtime.asked("thread/fork");
  runtime.cut();
  CHECK_THROWS_AS((void)value_or_throw<std::string>(fork.get()), TransportClosedError);
  runtime.accept_again();
  runtime.answer(runtime.asked("model/list"), Json::object());
  CHECK(std::holds_alternative<std::string>(list.get()));
}

TEST_CASE_FIXTURE(RecoveryFixture, "a turn goes on with what its record has, and ends once") {
  start_thread("t");
  auto events = start_turn("t", "u");
  runtime.tell("turn/started", {{"threadId", "t"}, {"turn", turn("u", "inProgress")}});
  CHECK(next_of(events)->method() == "turn/started");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  const Json list = runtime.asked("thread/turns/list");
  CHECK(list["params"]["itemsView"] == "full");
  runtime.tell("turn/completed", {{"threadId", "t"}, {"turn", turn("u", "completed")}});
  const Json item{{"id", "i"}, {"type", "agentMessage"}, {"text", "done"}};
  runtime.answer(list, {{"data", {turn("u", "completed", Json::array({item}))}}});
  CHECK(next_of(events)->method() == "item/started");
  CHECK(next_of(events)->method() == "item/agentMessage/delta");
  CHECK(next_of(events)->method() == "item/completed");
  CHECK(next_of(events)->method() == "turn/completed");
  CHECK_FALSE(next_of(events));
}

TEST_CASE("a turn whose record never tells its end is lost") {
  RecoveryFixture fixture({.look_again_after = 1ms, .start_grace = 0ms});
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  Json record;
  SUBCASE("it says interrupted, and not when") { record = Json::array({turn("u", "interrupted")}); }
  SUBCASE("it is not there") { record = Json::array(); }
  for (int look = 0; look < 6; ++look) {
    runtime.answer(runtime.asked("thread/turns/list"), {{"data", record}});
  }
  const auto read_all = [&] {
    while (next_of(events)) {
    }
  };
  CHECK_THROWS_AS(read_all(), TurnLostError);
  CHECK(fixture.is_told("lost u"));
  CHECK_FALSE(fixture.connection->is_closed());
}

TEST_CASE("a turn is not lost before its record has had time, however often it is looked at") {
  RecoveryFixture fixture({.look_again_after = 1ms, .start_grace = 60s});
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  for (int look = 0; look < 10; ++look) {
    runtime.answer(runtime.asked("thread/turns/list"), {{"data", Json::array()}});
  }
  runtime.answer(runtime.asked("thread/turns/list"),
                 {{"data", Json::array({turn("u", "completed")})}});
  CHECK(next_of(events)->method() == "turn/started");
  CHECK(next_of(events)->method() == "turn/completed");
  CHECK_FALSE(next_of(events));
}

TEST_CASE("a thread that another process holds is resumed when that lets it go, or is lost") {
  RecoveryOptions options{.look_again_after = 1ms};
  bool is_let_go = true;
  SUBCASE("let go") {}
  SUBCASE("held for too long") {
    options.writer_grace = 0ms;
    is_let_go = false;
  }
  RecoveryFixture fixture(options);
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  runtime.refuse(runtime.asked("thread/resume"), -32600, "thread t already has an active writer");
  CHECK(fixture.is_told("restored"));  // the rest does not wait for it
  if (is_let_go) {
    runtime.answer(runtime.asked("thread/resume"), Json::object());
    runtime.answer(runtime.asked("thread/turns/list"),
                   {{"data", Json::array({turn("u", "completed")})}});
    CHECK(next_of(events)->method() == "turn/started");
    CHECK(next_of(events)->method() == "turn/completed");
  } else {
    CHECK_THROWS_AS((void)next_of(events), TurnLostError);
  }
}

TEST_CASE("deltas beyond the limit of what waits are dropped, and no text is lost") {
  RecoveryFixture fixture({.max_held_bytes = 1000});
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  const Json list = runtime.asked("thread/turns/list");
  const auto tell = [&](const std::string& method, Json params) {
    params["threadId"] = "t";
    params["turnId"] = "u";
    runtime.tell(method, std::move(params));
  };
  tell("item/started", {{"item", {{"id", "i"}, {"type", "agentMessage"}}}});
  std::string text;
  for (int i = 0; i < 100; ++i) {
    const std::string piece = "piece " + std::to_string(i) + " ";
    text += piece;
    tell("item/agentMessage/delta", {{"itemId", "i"}, {"delta", piece}});
  }
  tell("item/completed", {{"item", {{"id", "i"}, {"type", "agentMessage"}, {"text", text}}}});
  runtime.answer(list, {{"data", Json::array({turn("u", "inProgress")})}});
  std::string streamed;
  int deltas = 0;
  int starts = 0;
  NextEvent event = next_of(events);
  for (; event->method() != "item/completed"; event = next_of(events)) {
    if (event->method() == "item/started") ++starts;
    if (event->method() != "item/agentMessage/delta") continue;
    ++deltas;
    streamed += Json::parse(event->params())["delta"];
  }
  CHECK(streamed == text);
  CHECK(deltas < 20);
  CHECK(starts == 1);
}

TEST_CASE("a client may go in the middle of the recovery") {
  std::promise<void> reached;
  std::weak_ptr<Connection> client;
  RecoveryOptions options;
  options.on_resumed = [&](const std::string&, std::string_view) {
    reached.set_value();
    const auto deadline = soon();
    while (!client.expired() && Clock::now() < deadline) std::this_thread::sleep_for(1ms);
  };
  RecoveryFixture fixture(std::move(options));
  client = fixture.connection;
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  reached.get_future().wait();
  fixture.connection.reset();  // returns when the I/O thread has ended
  CHECK(client.expired());
}

TEST_CASE_FIXTURE(RecoveryFixture, "a thread with a turn is resumed before the idle ones") {
  start_thread("a");
  start_thread("b");
  start_thread("c");
  auto events = start_turn("b", "u");
  runtime.cut();
  runtime.accept_again();
  CHECK(runtime.asked("thread/resume")["params"]["threadId"] == "b");
  CHECK(runtime.asked("thread/resume")["params"]["threadId"] == "a");
}

TEST_CASE_FIXTURE(RecoveryFixture, "so many threads are resumed and no more") {
  start_thread("first");
  auto events = start_turn("first", "u");  // which keeps its thread among them
  for (std::size_t i = 0; i < Recovery::max_threads + 100; ++i) {
    start_thread("t" + std::to_string(i));
  }
  runtime.cut();
  runtime.accept_again();
  std::deque<Json> waiting;
  while (waiting.size() < Recovery::max_resuming) waiting.push_back(runtime.asked("thread/resume"));
  CHECK(runtime.next_within(50ms).value_or("nothing") == "nothing");
  std::size_t resumed = 0;
  bool has_first = false;
  while (!waiting.empty()) {
    const Json request = waiting.front();
    waiting.pop_front();
    if (request["method"] == "thread/turns/list") {
      runtime.answer(request, {{"data", Json::array({turn("u", "inProgress")})}});
      continue;
    }
    ++resumed;
    const bool is_first = request["params"]["threadId"] == "first";
    has_first = has_first || is_first;
    runtime.answer(request, Json::object());
    const bool is_next = resumed + Recovery::max_resuming <= Recovery::max_threads;
    for (int more = is_first + is_next; more > 0; --more) waiting.push_back(runtime.next());
  }
  CHECK(resumed == Recovery::max_threads);
  CHECK(has_first);
  CHECK(is_told("restored"));
}

TEST_CASE_FIXTURE(RecoveryFixture, "a request that a draining runtime refuses goes to the next") {
  auto started = start("thread/start");
  runtime.refuse(runtime.asked("thread/start"), -32600,
                 "Server is draining; retry after reconnecting",
                 {{"reason", "serverShuttingDown"}});
  CHECK(started.wait_for(20ms) == std::future_status::timeout);
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/start"), {{"thread", {{"id", "t"}}}});
  CHECK(std::holds_alternative<std::string>(started.get()));
}

TEST_CASE("a runtime that does not answer after a cut is cut again") {
  RecoveryFixture fixture({.handshake_timeout = 500ms});
  fixture.runtime.cut();
  fixture.runtime.accept();
  (void)fixture.runtime.asked("initialize");  // and no more
  fixture.runtime.accept();
  (void)fixture.runtime.asked("initialize");
}

TEST_CASE_FIXTURE(RecoveryFixture, "a connection is gone where it leads to another runtime") {
  runtime.cut();
  runtime.accept();
  auto waiting = start("model/list");
  runtime.answer(runtime.asked("initialize"), {{"is", "other"}});
  try {
    (void)value_or_throw<std::string>(waiting.get());
    FAIL("it went on");
  } catch (const TransportClosedError& error) {
    CHECK(contains(error.what(), "it is another one"));
  }
}

TEST_CASE_FIXTURE(RecoveryFixture, "a cut in the middle of the recovery begins it anew") {
  start_thread("t");
  auto events = start_turn("t", "u");
  for (int i = 0; i < 3; ++i) {
    runtime.cut();
    runtime.accept_again();
    runtime.answer(runtime.asked("thread/resume"), Json::object());
    (void)runtime.asked("thread/turns/list");
  }
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  runtime.answer(runtime.asked("thread/turns/list"),
                 {{"data", Json::array({turn("u", "completed")})}});
  CHECK(next_of(events)->method() == "turn/started");
  CHECK(next_of(events)->method() == "turn/completed");
  CHECK_FALSE(next_of(events));
}

TEST_CASE_FIXTURE(RecoveryFixture, "an interrupt that was carried out before the cut has worked") {
  auto interrupted = start("turn/interrupt");
  (void)runtime.asked("turn/interrupt");
  runtime.cut();
  runtime.accept_again();
  runtime.refuse(runtime.asked("turn/interrupt"), -32600, "no active turn to interrupt");
  CHECK(std::holds_alternative<std::string>(interrupted.get()));
}

TEST_CASE("a runtime that never takes the client in again is given up") {
  bool refuses = false;
  SUBCASE("it does not answer") {}
  SUBCASE("it refuses") { refuses = true; }
  RecoveryFixture fixture({.handshake_timeout = 500ms}, 2);
  auto waiting = fixture.start("model/list");
  (void)fixture.runtime.asked("model/list");
  fixture.runtime.cut();
  for (int attempt = 0; attempt < 2; ++attempt) {
    fixture.runtime.accept();
    const Json initialize = fixture.runtime.asked("initialize");
    std::this_thread::sleep_for(10ms);  // it is far away
    if (refuses) fixture.runtime.refuse(initialize, -32600, "No.");
  }
  CHECK_THROWS_AS((void)value_or_throw<std::string>(waiting.get()), TransportClosedError);
}

TEST_CASE("a thread whose resumption is never answered is lost, and not the connection") {
  RecoveryFixture fixture({.handshake_timeout = 10s});
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  for (int time = 0; time < 2; ++time) {
    runtime.accept_again();
    (void)runtime.asked("thread/resume");
  }
  CHECK_THROWS_AS((void)next_of(events), TurnLostError);
  CHECK(fixture.is_told("restored"));
}

TEST_CASE_FIXTURE(RecoveryFixture, "a record that cannot be read whole is read in parts") {
  start_thread("t");
  auto events = start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  runtime.answer(runtime.asked("thread/resume"), Json::object());
  Json deep = 1;
  for (int level = 0; level < 300; ++level) deep = Json::array({std::move(deep)});
  const Json item{{"id", "i"}, {"type", "mcpToolCall"}, {"result", deep}};
  const auto page = [&](Json last) { return Json{{"data", {std::move(last)}}}; };
  const Json all = runtime.asked("thread/turns/list");
  CHECK(all["params"]["limit"] == 20);
  runtime.answer(all, page(turn("u", "completed", Json::array({item}))));
  const Json one = runtime.asked("thread/turns/list");
  CHECK(one["params"]["limit"] == 1);
  CHECK(one["params"]["itemsView"] == "full");
  runtime.answer(one, page(turn("u", "completed", Json::array({item}))));
  const Json bare = runtime.asked("thread/turns/list");
  CHECK(bare["params"]["itemsView"] == "notLoaded");
  runtime.answer(bare, page(turn("u", "completed")));
  CHECK(next_of(events)->method() == "turn/started");
  CHECK(next_of(events)->method() == "turn/completed");
  CHECK_FALSE(next_of(events));
}

TEST_CASE_FIXTURE(RecoveryFixture, "what comes of a turn after its end is shown") {
  start_thread("t");
  auto events = start_turn("t", "u");
  auto general = connection->router().general();
  runtime.tell("turn/completed", {{"threadId", "t"}, {"turn", turn("u", "completed")}});
  const Json item{{"id", "i"}, {"type", "commandExecution"}};
  runtime.tell("item/completed", {{"threadId", "t"}, {"turnId", "u"}, {"item", item}});
  runtime.tell("warning", {{"message", "the last"}});
  CHECK(next_of(general)->method() == "item/completed");
}

TEST_CASE("a thread whose first turn is not stored yet is asked for again") {
  RecoveryFixture fixture({.start_grace = 20s});
  auto& runtime = fixture.runtime;
  fixture.start_thread("t");
  auto events = fixture.start_turn("t", "u");
  runtime.cut();
  runtime.accept_again();
  SUBCASE("it is not found") {
    runtime.refuse(runtime.asked("thread/resume"), -32600, "no rollout found for thread id t");
    runtime.answer(runtime.asked("thread/resume"), Json::object());
  }
  SUBCASE("its turns cannot be listed when it is resumed") {
    runtime.refuse(runtime.asked("thread/resume"), -32601, "list_turns is not supported yet");
    runtime.answer(runtime.asked("thread/resume"), Json::object());
  }
  SUBCASE("its turns cannot be listed after that") {
    runtime.answer(runtime.asked("thread/resume"), Json::object());
    runtime.refuse(runtime.asked("thread/turns/list"), -32601, "list_turns is not supported yet");
  }
  runtime.answer(runtime.asked("thread/turns/list"), Json{{"data", {turn("u", "completed")}}});
  while (const auto event = next_of(events)) {
    if (event->method() == "turn/completed") return;
  }
  FAIL("the turn did not end");
}

TEST_CASE_FIXTURE(RecoveryFixture,
                  "calls of a thread that is followed no longer wait for nothing") {
  start_thread("t");
  runtime.cut();
  runtime.accept_again();
  runtime.refuse(runtime.asked("thread/resume"), -32600, "no rollout found for thread id t");
  CHECK(is_told("restored"));
  auto unsubscribed = start("thread/unsubscribe", {{"threadId", "t"}});
  auto started = start("turn/start", {{"threadId", "t"}});
  const Json unsubscribe = runtime.asked("thread/unsubscribe");
  runtime.answer(runtime.asked("turn/start"), {{"turn", {{"id", "u"}}}});
  const Json resume = runtime.asked("thread/resume");
  runtime.answer(unsubscribe, Json::object());
  runtime.answer(resume, Json::object());
  auto named = start("thread/name/set", {{"threadId", "t"}});
  runtime.answer(runtime.asked("thread/name/set"), Json::object());
  CHECK(std::holds_alternative<std::string>(named.get()));
}

}  // namespace codex::detail
