// AsyncCodex with the test's own server: its start and its end, where its coroutines resume, and
// what is left when they are abandoned.

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/describe.hpp>
#include <codex/protocol.hpp>
#include <codex/testing/gate.hpp>
#include <codex/testing/scripted_server.hpp>

#include "support/coroutines.hpp"
#include "support/fake_runtime.hpp"
#include "support/lingering_handler.hpp"
#include "support/processes.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace requests = codex::protocol::requests;
using ThreadId = std::thread::id;
using Command = types::CommandExecutionRequestApprovalParams;
using CommandAnswer = types::CommandExecutionRequestApprovalResponse;

Task<AsyncTurnHandle> new_turn(AsyncCodex& codex, std::string input = "Hi") {
  AsyncThread thread = co_await codex.thread_start();
  auto start = thread.turn(std::move(input));
  co_return co_await start;
}

Task<std::string> answer_to(AsyncCodex& codex, std::string input = "Hi") {
  AsyncThread thread = co_await codex.thread_start();
  auto run = thread.run(std::move(input));
  const TurnResult result = co_await run;
  co_return result.final_response.value_or("none");
}

std::string text_of_event(const Notification& event) {
  return std::string(event.method()) + " " + std::string(event.params());
}

/// All events of a stream.
Task<std::vector<std::string>> all_of(AsyncTurnStream stream) {
  std::vector<std::string> seen;
  while (const auto event = co_await stream.next()) seen.push_back(text_of_event(*event));
  co_return seen;
}

/// An answer to turn/start that ends when the gate opens.
Answer held_turn(const Gate& gate) {
  return Answer{}.begin_turn().say("before").wait_for(gate).say_deltas({"a", "b"}).end_turn();
}

/// One that begins a turn when the first gate opens, and does not end it before the second one
/// does.
Answer begun_turn(const Gate& begin, const Gate& end) {
  return Answer{}.wait_for(begin).begin_turn().wait_for(end);
}

/// Returns when everything that either side has sent so far has reached the other.
void wait_for_what_was_sent(AsyncCodex& codex) { (void)sync_wait(codex.thread_start()); }

/// Whether the call throws an E that says that nothing was sent.
template <class E, class Call>
bool ends_unsent(Call&& call) {
  const auto error = error_of<E>(std::forward<Call>(call));
  return error && !error->was_sent();
}

/// Tells which threads drive the connections that it opens.
class WatchedTransports {
 public:
  explicit WatchedTransports(codex::TransportFactory factory) : factory_(std::move(factory)) {}

  [[nodiscard]] codex::TransportFactory factory() const {
    return [factory = factory_, readers = readers_] {
      return std::make_unique<Watched>(factory(), readers);
    };
  }
  [[nodiscard]] bool is_reader(ThreadId thread) const {
    const std::lock_guard lock(readers_->mutex);
    return readers_->threads.contains(thread);
  }
  [[nodiscard]] bool has_readers() const {
    const std::lock_guard lock(readers_->mutex);
    return !readers_->threads.empty();
  }

 private:
  struct Readers {
    std::mutex mutex;
    std::set<ThreadId> threads;
  };

  class Watched final : public codex::Transport {
   public:
    Watched(std::unique_ptr<Transport> inner, std::shared_ptr<Readers> readers)
        : inner_(std::move(inner)), readers_(std::move(readers)) {}
    bool receive(Receiver& receiver, codex::detail::TimePoint deadline) override {
      {
        const std::lock_guard lock(readers_->mutex);
        readers_->threads.insert(std::this_thread::get_id());
      }
      return inner_->receive(receiver, deadline);
    }
    void wake() noexcept override { inner_->wake(); }
    void send(std::string_view message) override { inner_->send(message); }
    End end() override { return inner_->end(); }
    void close() noexcept override { inner_->close(); }

   private:
    const std::unique_ptr<Transport> inner_;
    const std::shared_ptr<Readers> readers_;
  };

  const codex::TransportFactory factory_;
  const std::shared_ptr<Readers> readers_ = std::make_shared<Readers>();
};

/// A start of a goal, each step of which is answered when its gate opens.
struct GoalStart {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate read;
  const Gate cleared;
  const Gate set;
  const Gate never;
  AsyncCodex codex{server.memory_config()};
  ManualLoop loop;
  std::stop_source stop;
  Begun<AsyncTurnHandle> goal = begin();

 private:
  [[nodiscard]] Begun<AsyncTurnHandle> begin() {
    const Json status{{"type", "idle"}};
    const Json thread{{"status", status}, {"ephemeral", false}, {"path", "/x"}};
    server.on("thread/read", Answer{}.wait_for(read).result({{"thread", thread}}));
    server.on("thread/goal/clear", Answer{}.wait_for(cleared).result({{"cleared", true}}));
    server.once("thread/goal/set",
                Answer{}
                    .wait_for(set)
                    .result()
                    .notify("turn/started", {{"threadId", "$thread"}, {"turn", {{"id", "g1"}}}})
                    .wait_for(never));
    server.on("thread/goal/set", Answer{}.result());
    server.on("turn/interrupt", Answer{}.result());
    AsyncThread started = sync_wait(codex.thread_start());
    return {started.goal("win"), loop, stop.get_token()};
  }
};

struct City {
  std::string name;
};
CODEX_DESCRIBE(City, name)

/// Counts how many of it are made.
struct Stop {
  std::string name = std::to_string(++made);
  inline static int made = 0;
};
CODEX_DESCRIBE(Stop, name)

struct Trip {
  std::vector<Stop> stops;
};
CODEX_DESCRIBE(Trip, stops)

}  // namespace

TEST_CASE("nothing is started until it is needed, and then once, for however many come") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.on("initialize", [&, first = true](const Json&) mutable {
    REQUIRE(std::exchange(first, false));
    return Answer{}.wait_for(gate).result({{"userAgent", "x/0.169.0 (here)"}});
  });
  AsyncCodex codex(server.memory_config());
  auto unused = codex.thread_start();
  CHECK(server.requests().empty());

  ManualLoop loop;
  std::vector<Begun<AsyncThread>> starts;
  for (int i = 0; i < 10; ++i) starts.emplace_back(codex.thread_start(), loop);
  std::vector<std::jthread> others;
  std::atomic<int> right = 0;
  for (int i = 0; i < 4; ++i) {
    others.emplace_back([&] {
      auto metadata = codex.metadata();
      right += sync_wait(std::move(metadata)).runtime_version == "0.169.0";
    });
  }
  REQUIRE(server.wait_for_requests("initialize"));
  gate.open();
  others.clear();
  CHECK(right == 4);
  std::set<std::string> ids;
  for (auto& start : starts) {
    REQUIRE(loop.run_until([&] { return start.has_ended(); }));
    ids.insert(start.take().id());
  }
  CHECK(ids.size() == 10);
  CHECK(server.requests("initialize").size() == 1);
  CHECK(server.requests("thread/start").size() == 10);
}

TEST_CASE("a start that fails is told to all who wait for it, and the next call tries again") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.once("initialize", Answer{}.wait_for(gate).error(-32603, "not today"));
  AsyncCodex codex(server.memory_config());
  ManualLoop loop;
  std::vector<Begun<Metadata>> waiting;
  for (int i = 0; i < 10; ++i) waiting.emplace_back(codex.metadata(), loop);
  gate.open();
  for (auto& each : waiting) {
    REQUIRE(loop.run_until([&] { return each.has_ended(); }));
    CHECK(contains(message_of<CodexError>([&] { (void)each.take(); }), "not today"));
  }
  CHECK(server.requests("initialize").size() == 1);
  CHECK(sync_wait(codex.metadata()).runtime_version == sdk_version());
  CHECK(server.requests("initialize").size() == 2);

  AsyncCodex missing({.codex_bin = "/no/such/codex"});
  CHECK_THROWS_AS(sync_wait(missing.start()), RuntimeNotFoundError);
  CHECK_THROWS_AS((void)sync_wait(missing.thread_start()), RuntimeNotFoundError);
}

TEST_CASE("a wait for the start that is given up, or stopped, leaves it to the others") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.once("initialize", Answer{}.wait_for(gate).result({{"userAgent", "x/0.169.0 (here)"}}));
  AsyncCodex codex(server.memory_config());
  ManualLoop loop;
  std::stop_source stop;
  Begun<AsyncThread> given_up(codex.thread_start(), loop);
  Begun<AsyncThread> stopped(codex.thread_start(), loop, stop.get_token());
  Begun<AsyncThread> kept(codex.thread_start(), loop);
  given_up.give_up();
  stop.request_stop();
  REQUIRE(loop.run_until([&] { return stopped.has_ended(); }));
  CHECK_THROWS_AS((void)stopped.take(), CancelledError);
  gate.open();
  REQUIRE(loop.run_until([&] { return kept.has_ended(); }));
  CHECK_NOTHROW((void)kept.take());
  CHECK(server.requests("thread/start").size() == 1);
}

TEST_CASE("a call that waits for the start of the client heeds its own stop token and time limit") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("initialize", Answer{}.stall());
  AsyncCodex codex(server.memory_config());
  ManualLoop loop;
  std::stop_source stop;
  Begun<void> start(codex.start(), loop);
  SUBCASE("a stop token") {
    Begun<Json> request(codex.request("m", Json::object(), {.stop = stop.get_token()}), loop);
    REQUIRE(server.wait_for_requests("initialize"));
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return request.has_ended(); }));
    CHECK(ends_unsent<CancelledError>([&] { (void)request.take(); }));
  }
  SUBCASE("a stop token whose stop was requested before, whatever the call") {
    stop.request_stop();
    const auto check_stopped = [&](auto task) {
      Begun call(std::move(task), loop);
      REQUIRE(loop.run_until([&] { return call.has_ended(); }));
      CHECK(ends_unsent<CancelledError>([&] { (void)call.take(); }));
    };
    const CallOptions options{.stop = stop.get_token()};
    auto pages = codex.all<requests::ThreadList>({}, options);
    check_stopped(pages.next());
    check_stopped(codex.request<requests::ModelList>({}, options));
    check_stopped(codex.request("m", {}, options));
    check_stopped(codex.logout(options));
    check_stopped(codex.login_chatgpt(options));
    check_stopped(codex.login_chatgpt_device_code(options));
    check_stopped(codex.login_api_key("key", options));
    check_stopped(codex.thread_archive("t1", options));
    check_stopped(codex.thread_unarchive("t1", options));
    check_stopped(codex.account({.stop = stop.get_token()}));
    check_stopped(codex.models({.stop = stop.get_token()}));
    check_stopped(codex.thread_list({.stop = stop.get_token()}));
    check_stopped(codex.thread_start({.stop = stop.get_token()}));
    check_stopped(codex.thread_resume("t1", {.stop = stop.get_token()}));
    check_stopped(codex.thread_fork("t1", {.stop = stop.get_token()}));
    check_stopped(codex.notifications({.stop = stop.get_token()}));
  }
  SUBCASE("a time limit") {
    auto timed = with_timeout(codex.request("m"), 5ms);
    CHECK(ends_unsent<TimeoutError>([&] { (void)sync_wait(std::move(timed)); }));
  }
  CHECK_FALSE(start.has_ended());  // it is left to the others
  CHECK(server.requests("m").empty());
}

TEST_CASE("close ends a start that is under way, and can be asked for often and at once") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("initialize", Answer{}.stall());
  AsyncCodex codex(server.memory_config());
  ManualLoop loop;
  Begun<void> start(codex.start(), loop);
  REQUIRE(server.wait_for_requests("initialize"));
  (void)sync_wait(when_all(codex.close(), codex.close()));
  sync_wait(codex.close());
  REQUIRE(loop.run_until([&] { return start.has_ended(); }));
  CHECK_THROWS_AS(start.take(), TransportClosedError);
  CHECK_THROWS_AS((void)sync_wait(codex.thread_start()), TransportClosedError);

  AsyncCodex never(server.memory_config());
  sync_wait(never.close());
  CHECK_THROWS_AS(sync_wait(never.start()), TransportClosedError);
  CHECK(server.requests("initialize").size() == 1);
}

TEST_CASE("a close that is given up goes on by itself; a client that goes away needs none") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate never;
  server.on("turn/start", held_turn(never));
  ManualLoop loop;
  std::optional<Begun<TurnResult>> run;
  {
    AsyncCodex codex(server.memory_config());
    auto turn = sync_wait(new_turn(codex));
    run.emplace(turn.run(), loop);
    Begun<void> close(codex.close(), loop);
    close.give_up();
    REQUIRE(loop.run_until([&] { return run->has_ended(); }));
    CHECK_THROWS_AS((void)run->take(), TransportClosedError);
  }
  {
    AsyncCodex codex(server.memory_config());
    auto turn = sync_wait(new_turn(codex));
    run.emplace(turn.run(), loop);
  }
  REQUIRE(loop.run_until([&] { return run->has_ended(); }));
  CHECK_THROWS_AS((void)run->take(), TransportClosedError);
  { const AsyncCodex unused(server.memory_config()); }
}

TEST_CASE("a start of a turn that was given up before it was sent is never sent") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("turn/start", Answer{}.turn("Hello."));
  AsyncCodex codex(server.memory_config());
  AsyncThread thread = sync_wait(codex.thread_start());
  { const auto dropped = thread.turn("dropped"); }
  std::stop_source stop;
  stop.request_stop();
  CHECK(ends_unsent<CancelledError>(
      [&] { (void)sync_wait(thread.turn("stopped"), stop.get_token()); }));
  CHECK_THROWS_AS((void)sync_wait(thread.run("stopped, too"), stop.get_token()), CancelledError);
  CHECK(sync_wait(thread.run("Hi")).final_response == "Hello.");
  CHECK(server.requests("turn/start").size() == 1);
}

TEST_CASE("a start of a turn that was given up after it was sent has the turn interrupted") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  const Gate never;
  server.once("turn/start", Answer{}.wait_for(gate).begin_turn().wait_for(never));
  server.on("turn/start", Answer{}.turn("Hello."));
  server.on("turn/interrupt", Answer{}.result());
  AsyncCodex codex(server.memory_config());
  AsyncThread thread = sync_wait(codex.thread_start());
  ManualLoop loop;
  std::stop_source stop;
  Begun<AsyncTurnHandle> start(thread.turn("unwanted"), loop, stop.get_token());
  REQUIRE(server.wait_for_requests("turn/start"));
  SUBCASE("by dropping its task") {
    start.give_up();
    gate.open();
  }
  SUBCASE("by a stop") {
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return start.has_ended(); }));
    const auto error = error_of<CancelledError>([&] { (void)start.take(); });
    REQUIRE(error);
    CHECK(error->was_sent());
    gate.open();
  }
  SUBCASE("by dropping its task when the answer is there, and not yet taken") {
    gate.open();
    REQUIRE(loop.has_work());
    start.give_up();
  }
  SUBCASE("by a stop when the answer is there, and not yet taken") {
    gate.open();
    REQUIRE(loop.has_work());
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return start.has_ended(); }));
    const auto error = error_of<CancelledError>([&] { (void)start.take(); });
    REQUIRE(error);
    REQUIRE(error->collected());
    CHECK_FALSE(error->collected()->id.empty());
  }
  REQUIRE(server.wait_for_requests("turn/interrupt"));
  CHECK(server.requests("turn/interrupt")[0].params ==
        Json{{"threadId", thread.id()}, {"turnId", ""}});  // which is taken even before it begins
  CHECK(sync_wait(answer_to(codex)) == "Hello.");
}

TEST_CASE(
    "of two turns that are started at once, when_any interrupts the one that it does not give") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate begin;
  std::vector<Gate> never(2);
  for (const Gate& end : never) server.once("turn/start", begun_turn(begin, end));
  server.on("turn/interrupt", Answer{}.result());
  AsyncCodex codex(server.memory_config());
  std::set<std::string> threads;
  std::vector<Task<AsyncTurnHandle>> starts;
  for (int i = 0; i < 2; ++i) {
    AsyncThread thread = sync_wait(codex.thread_start());
    threads.insert(thread.id());
    starts.push_back(thread.turn("Hi"));
  }
  ManualLoop loop;
  Begun<FirstOf<AsyncTurnHandle>> any(when_any(std::move(starts)), loop);
  begin.open();
  for (const Gate& end : never) REQUIRE(end.wait_reached());
  wait_for_what_was_sent(codex);  // both answers
  REQUIRE(loop.run_until([&] { return any.has_ended(); }));
  const AsyncTurnHandle winner = any.take().value;
  REQUIRE(server.wait_for_requests("turn/interrupt"));
  wait_for_what_was_sent(codex);
  REQUIRE(server.requests("turn/interrupt").size() == 1);
  threads.erase(winner.thread_id());
  CHECK(threads.contains(server.requests("turn/interrupt")[0].params.at("threadId")));
}

TEST_CASE(
    "a start of a review that is stopped when its answer is there has the review interrupted") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate begin;
  const Gate never;
  server.on("review/start", begun_turn(begin, never));
  server.on("turn/interrupt", Answer{}.result());
  AsyncCodex codex(server.memory_config());
  AsyncThread thread = sync_wait(codex.thread_start());
  ManualLoop loop;
  std::stop_source stop;
  const types::ReviewTarget changes = types::UncommittedChangesReviewTarget{};
  Begun<AsyncTurnHandle> review(thread.review(changes), loop, stop.get_token());
  begin.open();
  REQUIRE(never.wait_reached());
  wait_for_what_was_sent(codex);
  stop.request_stop();
  REQUIRE(loop.run_until([&] { return review.has_ended(); }));
  CHECK_THROWS_AS((void)review.take(), CancelledError);
  REQUIRE(server.wait_for_requests("turn/interrupt"));
  CHECK(server.requests("turn/interrupt")[0].params.at("threadId") == thread.id());
}

TEST_CASE_FIXTURE(GoalStart,
                  "a start of a goal that is stopped before it was set sends nothing more") {
  read.open();
  REQUIRE(loop.run_one());
  cleared.open();
  REQUIRE(loop.has_work());
  stop.request_stop();
  REQUIRE(loop.run_until([&] { return goal.has_ended(); }));
  CHECK(ends_unsent<CancelledError>([&] { (void)goal.take(); }));
  wait_for_what_was_sent(codex);
  CHECK(server.requests("thread/goal/set").empty());
}

TEST_CASE_FIXTURE(GoalStart,
                  "a start of a goal that is stopped when its turn is there has it paused") {
  for (const Gate& step : {read, cleared}) {
    step.open();
    REQUIRE(loop.run_one());
  }
  set.open();
  REQUIRE(never.wait_reached());
  wait_for_what_was_sent(codex);
  stop.request_stop();
  REQUIRE(loop.run_until([&] { return goal.has_ended(); }));
  CHECK_THROWS_AS((void)goal.take(), CancelledError);
  REQUIRE(server.wait_for_requests("thread/goal/set", 2));
  CHECK(server.requests("thread/goal/set")[1].params.at("status") == "paused");
  REQUIRE(server.wait_for_requests("turn/interrupt"));
  CHECK(server.requests("turn/interrupt")[0].params.at("turnId") == "g1");
}

TEST_CASE("a run that is stopped interrupts its turn, and tells what was collected") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate interrupted;
  server.on("turn/start",
            Answer{}.begin_turn().say("so far").wait_for(interrupted).end_turn("interrupted"));
  server.on("turn/interrupt", [&](const Json&) {
    interrupted.open();
    return Answer{}.result();
  });
  AsyncCodex codex(server.memory_config());
  AsyncThread thread = sync_wait(codex.thread_start());
  ManualLoop loop;
  std::stop_source stop;
  SUBCASE("by a stop token") {
    Begun<TurnResult> run(thread.run("Hi"), loop, stop.get_token());
    REQUIRE(interrupted.wait_reached());
    wait_for_what_was_sent(codex);
    while (loop.has_work_now()) loop.run_one();
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return run.has_ended(); }));
    try {
      (void)run.take();
      FAIL("it was not stopped");
    } catch (const CancelledError& error) {
      REQUIRE(error.collected());
      CHECK(error.collected()->status == types::TurnStatus::interrupted);
      CHECK(error.collected()->items.size() == 1);
    }
  }
  SUBCASE("by a timeout") {
    const auto error = timeout_after_sending(
        [&](auto time) { (void)sync_wait(with_timeout(thread.run("Hi"), time)); });
    REQUIRE(error);
    REQUIRE(server.wait_for_requests("turn/interrupt"));
  }
  SUBCASE("but a wait for a turn that was begun before ends alone") {
    auto start = thread.turn("Hi");
    auto turn = sync_wait(std::move(start));
    CHECK_THROWS_AS((void)sync_wait(with_timeout(turn.run(), 1ms)), TimeoutError);
    CHECK(server.requests("turn/interrupt").empty());
    (void)sync_wait(turn.interrupt());
    CHECK(sync_wait(turn.run()).status == types::TurnStatus::interrupted);
  }
  CHECK(server.requests("turn/interrupt").size() == 1);
}

TEST_CASE("several consumers of one turn, in one coroutine, each see all of it") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("turn/start", Answer{}.begin_turn().say_deltas({"a", "b", "c"}).end_turn());
  AsyncCodex codex(server.memory_config());
  AsyncTurnHandle turn = sync_wait(new_turn(codex));
  AsyncTurnHandle copy = turn;
  AsyncTurnHandle third = turn;
  auto first_stream = turn.stream();
  auto second_stream = copy.stream();
  const auto [one, two, result, again] = sync_wait(when_all(
      all_of(std::move(first_stream)), all_of(std::move(second_stream)), third.run(), turn.run()));
  CHECK(one.size() == 7);
  CHECK(one == two);
  CHECK(result.final_response == "abc");
  CHECK(again.final_response == "abc");
}

TEST_CASE("a run that nobody awaits yet leaves the events of its handle to a stream") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.on("turn/start", held_turn(gate));
  AsyncCodex codex(server.memory_config());
  AsyncTurnHandle turn = sync_wait(new_turn(codex));
  REQUIRE(gate.wait_reached());
  wait_for_what_was_sent(codex);  // the first events
  auto run = turn.run();
  auto stream = turn.stream();
  gate.open();
  const auto [result, seen] = sync_wait(when_all(std::move(run), all_of(std::move(stream))));
  CHECK(result.final_response == "ab");
  CHECK(seen.size() == 9);
}

TEST_CASE("whoever gives up a stream, a task or a handle leaves the others of its turn intact") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.on("turn/start", held_turn(gate));
  AsyncCodex codex(server.memory_config());
  auto turn = std::make_unique<AsyncTurnHandle>(sync_wait(new_turn(codex)));
  AsyncTurnHandle kept = *turn;
  AsyncTurnHandle other = *turn;
  ManualLoop loop;
  auto stream = std::make_unique<AsyncTurnStream>(turn->stream());
  Begun<std::vector<std::string>> consumer(all_of(other.stream()), loop);
  Begun<TurnResult> run(turn->run(), loop);
  Begun<std::optional<Notification>> next(stream->next(), loop);
  Begun<std::vector<std::string>> all(all_of(kept.stream()), loop);
  Begun<TurnResult> result(kept.run(), loop);
  stream.reset();  // with a wait on it
  turn.reset();
  REQUIRE(server.wait_for_requests("turn/start"));
  consumer.give_up();
  run.give_up();
  next.give_up();
  gate.open();
  REQUIRE(loop.run_until([&] { return all.has_ended() && result.has_ended(); }));
  CHECK(all.take().size() == 9);
  CHECK(result.take().final_response == "ab");
}

TEST_CASE("waits that are given up lose no event") {
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  Answer answer = Answer{}.begin_turn().wait_for(gate);
  for (int i = 0; i < 60; ++i) answer.say(std::to_string(i)).delay(1ms);
  server.on("turn/start", answer.end_turn());
  AsyncCodex codex(server.memory_config());
  AsyncTurnHandle turn = sync_wait(new_turn(codex));
  AsyncTurnHandle copy = turn;
  auto stream = turn.stream();
  ManualLoop loop;
  std::vector<std::string> seen;
  seen.push_back(text_of_event(sync_wait(stream.next()).value()));  // it has begun
  {
    Begun<std::optional<Notification>> next(stream.next(), loop);
    REQUIRE_FALSE(next.has_ended());
    next.give_up();
  }
  {
    Begun<std::optional<Notification>> next(stream.next(), loop);
    gate.open();
    REQUIRE(loop.has_work());  // what it waits for is there, but not taken
    next.give_up();
  }
  // Then whatever is the case.
  for (int i = 0;; ++i) {
    Begun<std::optional<Notification>> next(stream.next(), loop);
    if (!next.has_ended() && i % 2 == 0) {
      if (i % 4 == 0) REQUIRE(loop.has_work());
      next.give_up();
      continue;
    }
    REQUIRE(loop.run_until([&] { return next.has_ended(); }));
    const auto event = next.take();
    if (!event) break;
    seen.push_back(text_of_event(*event));
  }
  CHECK(seen == sync_wait(all_of(copy.stream())));
}

TEST_CASE("notifications that nobody asked for can be awaited, given up, and looked for") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("m", Answer{}.notify("one").notify("two").result(1));
  AsyncCodex codex(server.memory_config());
  auto events = sync_wait(codex.notifications());
  ManualLoop loop;
  {
    Begun<Notification> given_up(events.next(), loop);
    CHECK_FALSE(given_up.has_ended());
  }
  CHECK(sync_wait(codex.request("m")) == 1);
  CHECK(sync_wait(events.next()).method() == "one");
  CHECK(sync_wait(events.next()).method() == "two");
  CHECK_FALSE(events.try_next());
  std::stop_source stop;
  stop.request_stop();
  CHECK_THROWS_AS((void)sync_wait(events.next(), stop.get_token()), CancelledError);
  sync_wait(codex.close());
  CHECK_THROWS_AS((void)sync_wait(events.next()), TransportClosedError);
}

TEST_CASE("a continuation never runs on the thread that reads") {
  const NoFrameIsLost check;
  ScriptedServer server;
  // What is there already is not waited for: where a thread is left for sure, a gate is shut.
  const std::vector<Gate> gates(2);
  for (const Gate& gate : gates) {
    server.once("turn/start",
                Answer{}.wait_for(gate).begin_turn().say_deltas({"a", "b", "c"}).end_turn());
  }
  server.on("turn/start", Answer{}.begin_turn().say_deltas({"a", "b", "c"}).end_turn());
  auto config = server.memory_config();
  const WatchedTransports watched(config.transport);
  config.transport = watched.factory();
  const auto threads_of = [](AsyncCodex& client) -> Task<std::set<ThreadId>> {
    std::set<ThreadId> threads;
    AsyncTurnHandle turn = co_await new_turn(client);
    threads.insert(std::this_thread::get_id());
    auto stream = turn.stream();
    while (co_await stream.next()) threads.insert(std::this_thread::get_id());
    (void)co_await turn.run();
    threads.insert(std::this_thread::get_id());
    co_return threads;
  };
  const ThreadId here = std::this_thread::get_id();
  LoopThread loop;
  {
    AsyncCodex codex(config);
    std::atomic<bool> is_over = false;
    std::set<ThreadId> ours;
    detach(threads_of(codex),
           [&](const std::exception_ptr&, std::optional<std::set<ThreadId>> threads) {
             ours = threads.value_or(std::set<ThreadId>());
             is_over = true;
           });
    gates[0].open();
    REQUIRE(comes_true([&] { return is_over.load(); }));
    CHECK(ours.size() == 1);
    CHECK_FALSE(ours.contains(here));
    for (const ThreadId thread : ours) CHECK_FALSE(watched.is_reader(thread));
    REQUIRE(watched.has_readers());
    CHECK_FALSE(watched.is_reader(here));
  }
  {
    AsyncCodex codex(config, loop.executor());  // whoever awaits: it goes on there
    ManualLoop unused;
    Begun<std::set<ThreadId>> threads(threads_of(codex), unused);
    gates[1].open();
    REQUIRE(comes_true([&] { return threads.has_ended(); }));
    CHECK(threads.take() == std::set{loop.id()});
    CHECK_FALSE(watched.is_reader(loop.id()));
  }
  AsyncCodex codex(config);
  CHECK(sync_wait(threads_of(codex)) == std::set{here});
  CHECK(sync_wait(threads_of(codex).on(loop.executor())) == std::set{loop.id()});
}

TEST_CASE("a call that is put on another executor than the client's ends there") {
  const NoFrameIsLost check;
  LoopThread pool;
  LoopThread ui;
  ScriptedServer server;
  const std::vector<Gate> gates(2);  // shut, so that the answer is waited for
  for (const Gate& gate : gates) server.once("m", Answer{}.wait_for(gate).result(1));
  AsyncCodex codex(server.memory_config(), pool.executor());
  const auto thread_behind = [](Task<Json> call) -> Task<ThreadId> {
    (void)co_await call;
    co_return std::this_thread::get_id();
  };
  const auto end_of = [&](Task<Json> call, const Gate& answer) {
    ManualLoop unused;
    Begun<ThreadId> behind(thread_behind(std::move(call)), unused);
    answer.open();
    REQUIRE(comes_true([&] { return behind.has_ended(); }));
    return behind.take();
  };
  CHECK(end_of(codex.request("m"), gates[0]) == pool.id());
  CHECK(end_of(codex.request("m").on(ui.executor()), gates[1]) == ui.id());
}

TEST_CASE("handlers and tools may be coroutines, and run on the client's executor") {
  const NoFrameIsLost check;
  LoopThread loop;
  ScriptedServer server;
  std::set<ThreadId> threads;  // of the loop alone, so it needs no lock
  server.on("turn/start",
            Answer{}
                .begin_turn()
                .ask("item/commandExecution/requestApproval",
                     {{"threadId", "$thread"},
                      {"turnId", "$turn"},
                      {"itemId", "i1"},
                      {"startedAtMs", 1},
                      {"command", "ls"},
                      {"cwd", "/"}},
                     {{"decision", "accept"}})
                .ask("item/tool/call",
                     {{"threadId", "$thread"},
                      {"turnId", "$turn"},
                      {"callId", "c1"},
                      {"tool", "weather"},
                      {"arguments", {{"name", "Oslo"}}}},
                     {{"contentItems", {{{"type", "inputText"}, {"text", "rain in Oslo"}}}},
                      {"success", true}})
                .ask("new/thing", Json::object(), {{"answer", 42}})
                .say("Done.")
                .end_turn());
  auto config = server.memory_config();
  config.experimental_api = true;
  config.handlers.command_approval = [&](const Command& asked,
                                         const HandlerContext&) -> Task<CommandAnswer> {
    threads.insert(std::this_thread::get_id());
    co_await sleep_for(1ms);
    threads.insert(std::this_thread::get_id());
    const bool is_harmless = asked.command == "ls";
    CommandAnswer answer;
    answer.decision = is_harmless ? types::CommandExecutionApprovalDecision::accept
                                  : types::CommandExecutionApprovalDecision::decline;
    co_return answer;
  };
  config.handlers.other = [&](const std::string&, const Json&) -> Task<Json> {
    threads.insert(std::this_thread::get_id());
    co_await sleep_for(1ms);
    Json answer{{"answer", 42}};
    co_return answer;
  };
  AsyncCodex codex(std::move(config), loop.executor());
  ThreadStartOptions options;
  options.tools.push_back(tool("weather", "", [&](const City& city) -> Task<std::string> {
    threads.insert(std::this_thread::get_id());
    co_await sleep_for(1ms);
    co_return "rain in " + city.name;
  }));
  AsyncThread thread = sync_wait(codex.thread_start(options));
  CHECK(sync_wait(thread.run("Hi")).final_response == "Done.");
  for (const auto& problem : server.problems()) FAIL_CHECK(problem);
  CHECK(threads == std::set{loop.id()});
}

TEST_CASE("an answer that is awaited as a type is read once, as one that is waited for") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("turn/start", [](const Json&) {
    return Answer{}.begin_turn().say(R"({"stops":[{"name":"a"},{"name":"b"}]})").end_turn();
  });
  Codex codex(server.memory_config());
  const Thread thread = codex.thread_start();
  (void)thread.run_as<Trip>("Where to?");
  int before = Stop::made;
  CHECK(thread.run_as<Trip>("Where to?").value.stops.at(1).name == "b");
  const int once = Stop::made - before;
  CHECK(once > 0);

  ScriptedServer other;
  other.once("turn/start",
             Answer{}.begin_turn().say(R"({"stops":[{"name":"a"},{"name":"b"}]})").end_turn());
  AsyncCodex async(other.memory_config());
  const AsyncThread awaited = sync_wait(async.thread_start());
  before = Stop::made;
  CHECK(sync_wait(awaited.run_as<Trip>("Where to?")).value.stops.at(1).name == "b");
  CHECK(Stop::made - before == once);
}

TEST_CASE("handlers that are coroutines hold no thread while they wait") {
  constexpr int count = 100;
  const NoFrameIsLost check;
  FakeRuntime runtime;
  std::atomic<int> waiting = 0;
  std::atomic<bool> may_answer = false;
  auto config = runtime.config();
  config.handlers.command_approval = [&](const Command&) -> Task<CommandAnswer> {
    ++waiting;
    while (!may_answer) co_await sleep_for(1ms);
    CommandAnswer answer;
    answer.decision = types::CommandExecutionApprovalDecision::accept;
    co_return answer;
  };
  AsyncCodex codex(std::move(config));
  sync_wait(codex.start());
  const auto before = running_threads();
  for (int i = 0; i < count; ++i) {
    runtime.ask(i, "item/commandExecution/requestApproval",
                {{"threadId", "t1"},
                 {"turnId", "u1"},
                 {"itemId", "i" + std::to_string(i)},
                 {"startedAtMs", 1}});
  }
  CHECK(comes_true([&] { return waiting == count; }));
  CHECK(running_threads() <= before + 16);  // the places of handlers that are no coroutines
  may_answer = true;
  for (int i = 0; i < count; ++i) {
    CHECK(runtime.answer_to(i).at("result").at("decision") == "accept");
  }
}

TEST_CASE("closing, and the end of a client, wait for a handler that is a coroutine, too") {
  const NoFrameIsLost check;
  FakeRuntime runtime;
  LingeringHandler handler;
  LoopThread loop;
  auto config = runtime.config();
  config.handlers.command_approval = handler.function();
  config.shutdown_timeout = 20s;
  std::optional<AsyncCodex> codex;
  const auto begin = [&](Executor executor) {
    codex.emplace(std::move(config), std::move(executor));
    sync_wait(codex->start());
    REQUIRE(handler.is_begun_by(runtime));
    return std::jthread([&] { handler.end_after(100ms); });
  };
  SUBCASE("closing") {
    const auto ender = begin({});
    sync_wait(codex->close());
    CHECK(handler.has_ended());
  }
  SUBCASE("closing with an executor of the app's") {
    const auto ender = begin(loop.executor());
    sync_wait(codex->close());
    CHECK(handler.has_ended());
  }
  SUBCASE("the end of the client") {
    const auto ender = begin({});
    codex.reset();
    CHECK(handler.has_ended());
  }
}

TEST_CASE("the end of a client does not wait for what only its own thread could go on with") {
  const NoFrameIsLost check;
  FakeRuntime runtime;
  LingeringHandler handler;
  ManualLoop loop;
  std::atomic<int> problems = 0;
  auto config = runtime.config();
  config.handlers.command_approval = handler.function();
  config.handlers.on_problem = [&](const HandlerProblem&) { ++problems; };
  {
    AsyncCodex codex(std::move(config), loop.executor());
    Begun<void> start(codex.start(), loop);
    REQUIRE(loop.run_until([&] { return start.has_ended(); }));
    LingeringHandler::be_asked_by(runtime);
    REQUIRE(loop.run_until([&] { return handler.is_running(); }));
  }
  CHECK(problems == 0);
  REQUIRE(loop.run_until([&] { return handler.is_stopped(); }));
  handler.end();
  CHECK(loop.run_until([&] { return handler.has_ended(); }));
}

TEST_CASE("1,000 turns at once through one client need one more thread than one turn does") {
  constexpr int count = 1000;
  const NoFrameIsLost check;
  ScriptedServer server;
  const Gate gate;
  server.on("turn/start", [&](const Json& params) {
    const auto text = params.at("input").at(0).at("text").get<std::string>();
    return Answer{}.begin_turn().wait_for(gate).say_deltas({"echo of ", text}).end_turn();
  });
  auto config = server.memory_config();
  config.request_timeout = 100s;
  AsyncCodex codex(std::move(config));
  sync_wait(codex.start());
  const auto before = running_threads();

  TaskScope scope;
  std::atomic<int> right = 0;
  const auto turn = [](AsyncCodex& client, std::string text, std::atomic<int>& good) -> Task<void> {
    good += co_await answer_to(client, text) == "echo of " + text;
  };
  for (int i = 0; i < count; ++i) scope.spawn(turn(codex, "turn " + std::to_string(i), right));
  REQUIRE(server.wait_for_requests("turn/start", count, 100s));
  CHECK(scope.running() == count);
  CHECK(running_threads() <= before + 1);
  gate.open();
  sync_wait(scope.join());
  CHECK(right == count);
  CHECK(running_threads() <= before + 1);
}

TEST_CASE("a client that was moved from says so, and its tasks stay with the other") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("turn/start", Answer{}.turn("Hello."));
  AsyncCodex codex(server.memory_config());
  auto before = codex.metadata();
  AsyncCodex moved = std::move(codex);
  CHECK_THROWS_AS((void)codex.thread_start(), TransportClosedError);  // NOLINT
  CHECK_THROWS_AS((void)codex.all<requests::ThreadList>(), TransportClosedError);
  CHECK(sync_wait(std::move(before)).runtime_version == sdk_version());
  CHECK(sync_wait(answer_to(moved)) == "Hello.");
}

TEST_CASE("coroutines of many threads use one client at once, and it may go away under them") {
  const NoFrameIsLost check;
  ScriptedServer server;
  server.on("m", Answer{}.result(1));
  std::optional<AsyncCodex> codex(server.memory_config());
  std::atomic<int> answered = 0;
  std::atomic<int> closed = 0;
  const auto ask = [](AsyncCodex& client, std::atomic<int>& good, std::atomic<int>& bad,
                      int times) -> Task<void> {
    for (int i = 0; i < times; ++i) {
      bool is_closed = false;
      try {
        auto request = client.request("m");
        (void)co_await request;
        ++good;
      } catch (const TransportClosedError&) {
        is_closed = true;
      }
      if (is_closed) ++bad;
    }
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { sync_wait(ask(*codex, answered, closed, 100)); });
  }
  CHECK(comes_true([&] { return answered > 50; }));
  sync_wait(codex->close());
  threads.clear();
  CHECK(answered + closed == 400);
  codex.reset();
}

}  // namespace codex::testing
