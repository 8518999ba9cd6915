#include "turns/turn_state.hpp"

#include <future>

#include <doctest/doctest.h>

#include "support/await.hpp"
#include "support/messages.hpp"
#include "transport/memory_transport.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::message_of;
using testing::soon;

/// Turns of thread "t" on a connection whose far end is played by the test.
struct FollowedTurnFixture {
  std::pair<std::unique_ptr<codex::Transport>, MemoryPeer> ends = make_memory_transport();
  MemoryPeer& peer = ends.second;
  std::shared_ptr<Connection> connection;

  explicit FollowedTurnFixture(ConnectionOptions options = {}) {
    connection = Connection::open(std::move(options), [this] { return std::move(ends.first); });
  }

  struct Followed {
    std::shared_ptr<TurnState> turn;
    Subscription place;
  };

  /// A turn that runs.
  Followed follow(const std::string& turn_id, TurnLimits limits = {}) {
    PendingTurn pending = connection->router().expect_turn("t");
    begin(turn_id);
    settle();
    Subscription events = std::move(pending).bind(turn_id);
    REQUIRE(events.try_next());
    return follow(turn_id, std::move(limits), std::move(events));
  }
  /// The same where nothing of the turn has come yet.
  Followed follow_new(const std::string& turn_id, TurnLimits limits = {}) {
    return follow(turn_id, std::move(limits), connection->router().expect_turn("t").bind(turn_id));
  }
  Followed follow(const std::string& turn_id, TurnLimits limits, Subscription events) {
    auto control = control_turn(connection, "t", turn_id, events.log());
    auto turn = TurnState::follow({"t", turn_id, std::move(control)}, std::move(limits),
                                  connection->timers(), events);
    return {std::move(turn), std::move(events)};
  }

  void event(std::string_view method, std::string_view turn_id, std::string_view members) {
    peer.send_line(R"({"method":")" + std::string(method) +
                   R"(","params":{"threadId":"t","turnId":")" + std::string(turn_id) + "\"," +
                   std::string(members) + "}}");
  }
  void begin(std::string_view turn_id) {
    peer.send_line(R"({"method":"turn/started","params":{"threadId":"t","turn":{"id":")" +
                   std::string(turn_id) + R"("}}})");
  }
  void delta(std::string_view turn_id, std::string_view text) {
    event("item/agentMessage/delta", turn_id,
          R"("itemId":"i","delta":")" + std::string(text) + "\"");
  }
  void message(std::string_view turn_id, std::string_view text) {
    event("item/completed", turn_id,
          R"("item":{"type":"agentMessage","id":"i","text":")" + std::string(text) + "\"}");
  }
  void complete(std::string_view turn_id, std::string_view status = "completed") {
    peer.send_line(R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":")" +
                   std::string(turn_id) + R"(","status":")" + std::string(status) + R"("}}})");
  }

  Json received() {
    const auto line = peer.next_line(soon());
    REQUIRE(line);
    return Json::parse(*line);
  }

  /// The id of the next request, which must interrupt that turn.
  std::string interrupted(const std::string& turn_id) {
    const Json request = received();
    CHECK(request.at("method") == "turn/interrupt");
    CHECK(request.at("params") == Json{{"threadId", "t"}, {"turnId", turn_id}});
    return request.at("id").dump();
  }
  void answer(const std::string& id, const std::string& result = R"("result":{})") {
    peer.send_line(R"({"id":)" + id + "," + result + "}");
  }
  void refuse(const std::string& id, const std::string& why) {
    answer(id, R"("error":{"code":-32600,"message":")" + why + "\"}");
  }

  /// A round trip: all that was sent before it has been handled.
  void settle() {
    auto done = std::async(std::launch::async, [this] {
      sync_wait(call(connection, "ping", "{}", {.deadline = soon()}));
    });
    const Json request = received();
    REQUIRE(request.at("method") == "ping");
    answer(request.at("id").dump());
    done.get();
  }
};

TurnResult result_of(TurnState& turn) {
  await<bool>([&](Completion<bool> completion) { turn.when_over(std::move(completion)); });
  return turn.result();
}

std::size_t count(TurnState& turn, Subscription& events) {
  std::size_t seen = 0;
  while (sync_wait(turn.next(events))) ++seen;
  return seen;
}

TurnLimits no_time(std::chrono::milliseconds grace = 20s) {
  return {.deadline = Clock::now(), .grace = grace};
}

struct SmallBuffer : FollowedTurnFixture {
  SmallBuffer() : FollowedTurnFixture({.event_buffer_bytes = std::size_t{1} << 20}) {}
};

}  // namespace

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a turn that nobody waits for is interrupted when its time is up") {
  auto [turn, place] = follow("u", no_time());
  const std::string id = interrupted("u");
  message("u", "half");
  answer(id);
  complete("u", "interrupted");
  settle();
  try {
    (void)turn->result();
    FAIL("no error");
  } catch (const TimeoutError& error) {
    CHECK(std::string(error.what()) ==
          "The turn u did not end in the time it was given. It was interrupted.");
    REQUIRE(error.collected());
    CHECK(error.collected()->status == protocol::TurnStatus::interrupted);
    CHECK(error.collected()->final_response == "half");
  }
  CHECK_THROWS_AS((void)sync_wait(turn->next(place)), TimeoutError);
  CHECK_THROWS_AS((void)result_of(*turn), TimeoutError);  // each time
}

TEST_CASE_FIXTURE(FollowedTurnFixture, "the limits hold for a turn that has no handle left") {
  std::stop_source stop;
  (void)follow("u", {.stop = stop.get_token()});
  settle();
  stop.request_stop();
  answer(interrupted("u"));
  complete("u", "interrupted");
  settle();
  bool is_free = false;
  connection->router().unless_in_use("t", {}, [&] { is_free = true; });
  CHECK(is_free);
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a turn that ends in time is not interrupted, and its limits are gone") {
  std::stop_source stop;
  auto [turn, place] = follow("u", {.deadline = Clock::now() + 1h, .stop = stop.get_token()});
  message("u", "done");
  complete("u");
  CHECK(result_of(*turn).final_response == "done");
  stop.request_stop();
  settle();  // the next request is the ping, not an interrupt
  CHECK(count(*turn, place) == 2);
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a deaf runtime: the wait ends by its deadline, what was collected is told") {
  auto [turn, place] = follow("u", no_time(50ms));
  message("u", "half");
  auto waiting = std::async(std::launch::async, [&turn = turn] { return result_of(*turn); });
  interrupted("u");  // and never answered
  CHECK(contains(message_of<TimeoutError>([&] { (void)waiting.get(); }), "was given. "));
  CHECK_THROWS_AS((void)count(*turn, place), TimeoutError);
  settle();  // the connection is usable
  auto [next, next_place] = follow("v");
  complete("v");
  CHECK(count(*next, next_place) == 1);
}

TEST_CASE_FIXTURE(FollowedTurnFixture, "an interrupt that is answered, but not obeyed") {
  std::string what;
  // The answer has no more time than the end; on a slow machine it needs more.
  for (auto grace = 50ms; !contains(what, "did not end when it was interrupted") && grace < 20s;
       grace *= 2) {
    const std::string id = "u" + std::to_string(grace.count());
    auto [turn, place] = follow(id, no_time(grace));
    auto waiting = std::async(std::launch::async, [&turn = turn, &place = place] {
      return sync_wait(turn->next(place));
    });
    answer(interrupted(id));
    what = message_of<TimeoutError>([&] { (void)waiting.get(); });
  }
  CHECK(contains(what, "did not end when it was interrupted"));
}

TEST_CASE_FIXTURE(FollowedTurnFixture, "an interrupt that crosses the end of its turn") {
  auto [turn, place] = follow("u", no_time());
  // In one piece: from the refusal on, the turn has a second to end.
  peer.send(R"({"id":)" + interrupted("u") + R"(,"error":{"code":-32600,"message":"no active turn"}}
{"method":"item/completed","params":{"threadId":"t","turnId":"u","item":)" +
            R"({"type":"agentMessage","id":"i","text":"just made it"}}}
{"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u","status":"completed"}}}
)");
  try {
    (void)result_of(*turn);
    FAIL("no error");
  } catch (const TimeoutError& error) {
    CHECK(error.collected()->status == protocol::TurnStatus::completed);
    CHECK(error.collected()->final_response == "just made it");
  }
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a turn whose time is up before it begins ends as it begins") {
  auto [turn, place] = follow_new("u", no_time());
  refuse(interrupted("u"), "no active turn to interrupt");
  answer(interrupted(""));
  complete("u", "interrupted");
  CHECK(contains(message_of<TimeoutError>([&turn = turn] { (void)result_of(*turn); }),
                 "It was interrupted."));
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a turn that begins when nobody waits for it any more ends") {
  auto [turn, place] = follow_new("u", no_time(50ms));
  refuse(interrupted("u"), "no active turn to interrupt");
  refuse(interrupted(""), "no active turn to interrupt");
  CHECK_THROWS_AS((void)result_of(*turn), TimeoutError);
  turn.reset();
  begin("u");
  answer(interrupted("u"));
}

TEST_CASE_FIXTURE(FollowedTurnFixture, "silence ends a turn, and events are none") {
  auto [turn, place] = follow("u", {.inactivity = 30ms});
  answer(interrupted("u"));
  complete("u", "interrupted");
  CHECK(contains(message_of<TimeoutError>([&turn = turn] { (void)result_of(*turn); }),
                 "was not heard of for 30 ms"));
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "of two who follow one turn, the limits of one are no error to the other") {
  auto [patient, place] = follow("u");
  auto [hasty, hasty_place] = follow_new("u", no_time());
  answer(interrupted("u"));
  complete("u", "interrupted");
  CHECK(result_of(*patient).status == protocol::TurnStatus::interrupted);
  CHECK(count(*patient, place) == 1);
  CHECK_THROWS_AS((void)result_of(*hasty), TimeoutError);
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a lost connection leaves what was collected, and the events that came") {
  auto [turn, place] = follow("u");
  message("u", "half");
  settle();
  peer.end({.signal = 9}, "last words");
  try {
    (void)result_of(*turn);
    FAIL("no error");
  } catch (const TransportClosedError& error) {
    CHECK(error.exit_status().signal == 9);
    CHECK(error.stderr_tail() == "last words");
    const codex::InterruptedWork& work = error;
    REQUIRE(work.collected());
    CHECK(work.collected()->final_response == "half");
  }
  CHECK(sync_wait(turn->next(place)));
  CHECK_THROWS_AS((void)sync_wait(turn->next(place)), TransportClosedError);
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a stream that begins when all is over shows how the turn ended") {
  auto [turn, place] = follow("u");
  message("u", "done");
  complete("u");
  (void)result_of(*turn);
  Subscription late = turn->subscribe();
  const NextEvent event = sync_wait(turn->next(late));
  REQUIRE(event);
  CHECK(event->method() == "turn/completed");
  CHECK_FALSE(sync_wait(turn->next(late)));
}

TEST_CASE_FIXTURE(FollowedTurnFixture, "100,000 deltas, read as they come") {
  constexpr std::size_t deltas = 100'000;
  auto [turn, place] = follow("u");
  auto reading = std::async(std::launch::async,
                            [&turn = turn, &place = place] { return count(*turn, place); });
  for (std::size_t i = 0; i < deltas; ++i) delta("u", "word");
  message("u", "all words");
  complete("u");
  CHECK(reading.get() == deltas + 2);
  CHECK(result_of(*turn).final_response == "all words");
  CHECK(place.dropped() == 0);
  CHECK(place.log()->held_bytes() == 0);
}

TEST_CASE_FIXTURE(SmallBuffer,
                  "100,000 deltas, read late: the newest are there, the rest is counted") {
  constexpr std::size_t deltas = 100'000;
  auto [turn, place] = follow("u");
  message("u", "early");
  for (std::size_t i = 0; i < deltas; ++i) delta("u", "word");
  message("u", "late");
  complete("u");
  const TurnResult result = result_of(*turn);
  CHECK(result.items.size() == 2);
  CHECK(result.final_response == "late");
  CHECK(place.log()->held_bytes() <= std::size_t{1} << 20);
  const std::size_t seen = count(*turn, place);
  CHECK(seen > 1000);
  CHECK(seen + place.dropped() == deltas + 3);
}

TEST_CASE_FIXTURE(SmallBuffer, "100,000 deltas that nobody reads hold up no other turn") {
  auto [flooded, place] = follow("u");
  auto [other, other_place] = follow("v");
  for (std::size_t i = 0; i < 100'000; ++i) delta("u", "word");
  delta("v", "hello");
  const NextEvent event = sync_wait(other->next(other_place));
  REQUIRE(event);
  CHECK(event->turn_id() == "v");
  CHECK(place.log()->held_bytes() <= std::size_t{1} << 20);
}

TEST_CASE_FIXTURE(FollowedTurnFixture,
                  "a turn without streams holds no events, only what its result is made of") {
  auto turn = follow("u").turn;
  for (std::size_t i = 0; i < 1000; ++i) delta("u", "word");
  message("u", "kept");
  settle();
  CHECK(turn->subscribe().log()->held_bytes() == 0);
  complete("u");
  CHECK(result_of(*turn).final_response == "kept");
}

TEST_CASE("items beyond the limit of a result are dropped, the oldest first, and counted") {
  const auto item = [](const std::string& text) {
    return Notification(testing::message(
        R"({"method":"item/completed","params":{"threadId":"t","turnId":"u","item":)"
        R"({"type":"agentMessage","id":"i","text":")" +
        text + R"("}}})"));
  };
  TurnCollector collector("u", 3 * (item("a").text().size() + 512));
  for (const char* text : {"a", "b", "c", "d", "e"}) collector.feed(item(text));
  const TurnResult result = collector.result();
  CHECK(result.dropped_items == 2);
  REQUIRE(result.items.size() == 3);
  CHECK(result.items[0].as<protocol::AgentMessageThreadItem>()->text == "c");
  CHECK(result.final_response == "e");
}

TEST_CASE("a turn's error with a number that no double holds is kept as text") {
  TurnCollector collector("u");
  collector.feed(Notification(testing::message(
      R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":"u","status":"failed",)"
      R"("error":{"message":"m","x":1e400}}}})")));
  const TurnResult result = collector.result();
  REQUIRE(result.error);
  CHECK(result.error->message == "m");
  REQUIRE(result.error->extra.find("raw"));
  CHECK(*result.error->extra.find("raw") == R"({"message":"m","x":1e400})");
}

TEST_CASE("messages with the same id are different items") {
  TurnCollector collector("u");
  for (const char* text : {"first", "second"}) {
    collector.feed(Notification(testing::message(
        R"({"method":"item/completed","params":{"threadId":"t","turnId":"u","item":)"
        R"({"type":"agentMessage","id":"msg_1","text":")" +
        std::string(text) + R"("}}})")));
  }
  CHECK(collector.result().items.size() == 2);
  CHECK(collector.result().final_response == "second");
}

TEST_CASE("of many responses the latest 1000 usages are kept, and all are counted") {
  TurnCollector collector("u");
  const auto tokens = [](std::int64_t count) {
    return Json{{"cachedInputTokens", 0},
                {"inputTokens", count},
                {"outputTokens", 0},
                {"reasoningOutputTokens", 0},
                {"totalTokens", count}};
  };
  constexpr std::int64_t count = 1003;
  for (std::int64_t i = 1; i <= count; ++i) {
    const Json usage{{"last", tokens(2)}, {"total", tokens(5000 + 2 * i)}};
    const Json event{{"method", "thread/tokenUsage/updated"},
                     {"params", {{"threadId", "t"}, {"turnId", "u"}, {"tokenUsage", usage}}}};
    collector.feed(Notification(testing::message(event.dump())));
  }
  const TurnResult result = collector.result();
  CHECK(result.response_usages.size() == 1000);
  REQUIRE(result.turn_usage);
  CHECK(result.turn_usage->total_tokens == 2 * count);
  CHECK_FALSE(result.context_used());
}

}  // namespace codex::detail
