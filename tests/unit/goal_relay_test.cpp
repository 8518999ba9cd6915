#include "connection/goal_relay.hpp"

#include <future>

#include <doctest/doctest.h>

#include "support/await.hpp"
#include "support/messages.hpp"
#include "transport/memory_transport.hpp"
#include "turns/turn_control.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::message;
using testing::soon;

Notification goal(const std::string& status) {
  return Notification(message(
      R"({"method":"thread/goal/updated","params":{"threadId":"t","turnId":null,"goal":{"status":")" +
      status + R"("}}})"));
}

Notification started(const std::string& turn, int at = 0) {
  return Notification(
      message(R"({"method":"turn/started","params":{"threadId":"t","turn":{"id":")" + turn +
              R"(","startedAt":)" + std::to_string(at) + "}}}"));
}

Notification completed(const std::string& turn, const std::string& status = "completed",
                       int at = 0) {
  return Notification(
      message(R"({"method":"turn/completed","params":{"threadId":"t","turn":{"id":")" + turn +
              R"(","status":")" + status + R"(","completedAt":)" + std::to_string(at) + "}}}"));
}

Notification delta(const std::string& turn, const std::string& text) {
  return Notification(testing::turn_message("item/agentMessage/delta", "t", turn, text));
}

/// A goal whose events the test plays.
struct Relay {
  std::shared_ptr<GoalRelay> relay =
      std::make_shared<GoalRelay>("t", std::size_t{1} << 20, std::make_shared<Timers>([] {}));
  Subscription events{relay->events()};

  Relay() { relay->accept(); }

  void play(const std::vector<Notification>& all) {
    for (const auto& event : all) (void)relay->take(event);
  }

  std::vector<Notification> shown() {
    std::vector<Notification> out;
    while (auto event = events.try_next()) out.push_back(*std::move(event));
    return out;
  }
};

/// A goal on a connection whose far end is played by the test.
struct Controlled {
  std::pair<std::unique_ptr<codex::Transport>, MemoryPeer> ends = make_memory_transport();
  MemoryPeer& peer = ends.second;
  std::shared_ptr<Connection> connection =
      Connection::open({}, [this] { return std::move(ends.first); });
  std::shared_ptr<GoalRelay> relay = connection->router().expect_goal("t");
  std::shared_ptr<TurnControl> control = control_goal(connection, relay);

  Controlled() { relay->accept(); }

  using Pending = std::future<std::string>;
  Pending interrupt() {
    return std::async(std::launch::async, [this] {
      return await<std::string>([this](Completion<std::string> completion) {
        control->interrupt({.deadline = soon()}, std::move(completion));
      });
    });
  }
  Pending steer() {
    return std::async(std::launch::async, [this] {
      return await<std::string>([this](Completion<std::string> completion) {
        control->steer("text", {.deadline = soon()}, std::move(completion));
      });
    });
  }

  void send(const Notification& event) { peer.send_line(event.text()); }

  Json received() {
    const auto line = peer.next_line(soon());
    REQUIRE(line);
    return Json::parse(*line);
  }
  void answer(const Json& request, const std::string& what = R"("result":{})") {
    peer.send_line(R"({"id":)" + request.at("id").dump() + "," + what + "}");
  }
  /// Reads the next request, and answers it.
  Json serve(const std::string& what = R"("result":{})") {
    Json request = received();
    answer(request, what);
    return request;
  }
  static std::string refused(const std::string& why) {
    return R"("error":{"code":-32600,"message":")" + why + "\"}";
  }
};

}  // namespace

TEST_CASE_FIXTURE(Relay, "late events of a turn of before the goal are not the goal's") {
  CHECK_FALSE(relay->take(delta("old", "before the first turn")));
  play({goal("active"), started("a")});
  CHECK_FALSE(relay->take(delta("old", "beside it")));
  CHECK_FALSE(relay->take(completed("old")));
  CHECK(relay->running_turn() == "a");
  play({completed("a"), started("b")});
  CHECK(relay->take(delta("a", "late, but the goal's")));
  const auto events = shown();
  REQUIRE(events.size() == 2);
  CHECK(events[0].method() == "turn/started");
  CHECK(testing::text_of(events[1]) == "late, but the goal's");
}

TEST_CASE_FIXTURE(Relay, "the turns of a goal look like one") {
  play({goal("active"), started("a", 100), delta("a", "1"), completed("a", "completed", 101),
        started("b", 102), delta("b", "2"), goal("complete"), delta("b", "3"),
        completed("b", "completed", 107)});
  const auto all = shown();
  std::string methods;
  for (const auto& event : all) {
    CHECK(event.turn_id() == "a");
    methods += std::string(event.method()) + " ";
  }
  CHECK(methods ==
        "turn/started item/agentMessage/delta item/agentMessage/delta item/agentMessage/delta "
        "turn/completed ");
  CHECK(all[2].json().at("params").at("turnId") == "a");
  const Json end = all.back().json().at("params").at("turn");
  CHECK(end.at("id") == "a");
  CHECK(end.at("startedAt") == 100);
  CHECK(end.at("completedAt") == 107);
  CHECK(end.at("durationMs") == 7000);
  CHECK(relay->is_over());
  CHECK(events.is_at_end());
}

TEST_CASE_FIXTURE(Relay, "the end of an older goal is not that of the new one") {
  play({goal("paused"), goal("complete"), goal("active"), started("a"), completed("a")});
  CHECK_FALSE(relay->is_over());
  play({Notification(message(R"({"method":"thread/goal/cleared","params":{"threadId":"t"}})"))});
  CHECK(relay->is_over());
  CHECK(shown().back().method() == "turn/completed");
}

TEST_CASE_FIXTURE(Relay, "each end of a goal counts once no turn runs") {
  for (const char* status : {"paused", "blocked", "usageLimited", "budgetLimited", "complete"}) {
    Relay one;
    one.play({goal("active"), started("a"), goal(status)});
    CHECK_FALSE(one.relay->is_over());
    one.play({completed("a")});
    CHECK(one.relay->is_over());
  }
}

TEST_CASE_FIXTURE(Relay, "an interrupted turn ends its goal, and an interrupted goal says so") {
  play({goal("active"), started("a"), completed("a", "interrupted")});
  CHECK(relay->is_over());
  Relay other;
  other.play({goal("active"), started("a")});
  other.relay->begin_interrupt();
  other.play({goal("paused"), completed("a", "completed")});
  CHECK_FALSE(other.relay->is_over());  // the interrupt may not have been sent yet
  other.relay->end_interrupt();
  CHECK(other.relay->is_over());
  CHECK(other.shown().back().json().at("params").at("turn").at("status") == "interrupted");
}

TEST_CASE_FIXTURE(Relay, "a goal that ends before its first turn has no events") {
  play({goal("active"), goal("blocked")});
  CHECK(shown().empty());
  CHECK(events.is_at_end());
}

TEST_CASE_FIXTURE(Relay, "a goal that is interrupted in vain goes on") {
  play({goal("active"), started("a")});
  relay->begin_interrupt();
  relay->end_interrupt();
  CHECK_FALSE(relay->is_over());
  play({delta("a", "more")});
  CHECK(shown().size() == 2);
}

TEST_CASE_FIXTURE(Relay, "an abandoned goal has ended, and nothing is its own any more") {
  play({goal("active"), started("a")});
  relay->abandon();
  CHECK(relay->is_over());
  CHECK_FALSE(relay->take(delta("a", "late")));
}

TEST_CASE_FIXTURE(Relay, "what is not the goal's is left to others") {
  CHECK_FALSE(relay->take(goal("active")));  // so that notifications() shows how it is getting on
  CHECK_FALSE(relay->take(
      Notification(message(R"({"method":"thread/status/changed","params":{"threadId":"t"}})"))));
  play({started("a"), goal("complete"), completed("a")});
  CHECK_FALSE(relay->take(delta("a", "late")));
}

TEST_CASE_FIXTURE(Relay, "ids that stand escaped in the text are replaced as well") {
  play({goal("active"), started("a"), completed("a"), started("b")});
  (void)shown();
  play({Notification(message(
      R"({"method":"item/completed","params":{"turnId":"\u0062","threadId":"t","item":{"x":1}}})"))});
  const auto all = shown();
  REQUIRE(all.size() == 1);
  CHECK(all[0].turn_id() == "a");
  CHECK(all[0].json().at("params").at("item") == Json{{"x", 1}});
}

TEST_CASE_FIXTURE(Controlled, "interrupting pauses the goal, then interrupts the turn that runs") {
  send(goal("active"));
  send(started("a"));
  auto done = interrupt();
  const Json pause = serve();
  CHECK(pause.at("method") == "thread/goal/set");
  CHECK(pause.at("params") == Json{{"threadId", "t"}, {"status", "paused"}});
  CHECK(serve().at("params").at("turnId") == "a");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(Controlled, "an interrupt follows to the turn that has taken over") {
  send(started("a"));
  auto done = interrupt();
  serve();
  CHECK(serve(refused("expected active turn id a but found b")).at("params").at("turnId") == "a");
  CHECK(serve().at("params").at("turnId") == "b");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(Controlled, "between two turns the next one is interrupted, begun or not") {
  auto first = interrupt();
  serve();
  CHECK(serve().at("params").at("turnId") == "");
  CHECK(first.get() == "{}");
  send(started("a"));
  auto second = interrupt();
  serve();
  const std::string none = refused("no active turn to interrupt");
  CHECK(serve(none).at("params").at("turnId") == "a");
  CHECK(serve(none).at("params").at("turnId") == "");
  CHECK(second.get() == "{}");
}

TEST_CASE_FIXTURE(Controlled, "the thread of a paused goal is free once the interrupt was sent") {
  for (const auto& event : {goal("active"), started("a"), completed("a")}) send(event);
  auto done = interrupt();
  const Json pause = received();
  send(goal("paused"));
  answer(pause);
  const Json by_id = received();  // the goal is paused, and this not answered yet
  CHECK_THROWS_AS((void)connection->router().expect_turn("t"), InvalidRequestError);
  answer(by_id);
  CHECK(done.get() == "{}");
  (void)connection->router().expect_turn("t");
}

TEST_CASE_FIXTURE(Controlled, "an interrupt that comes late leaves the thread's next turn alone") {
  SUBCASE("between two turns") {
    auto done = interrupt();
    const Json pause = received();
    relay->abandon();  // or it has failed
    answer(pause);
    CHECK(done.get() == "{}");
  }
  SUBCASE("in a turn that is over") {
    send(goal("active"));
    send(started("a"));
    auto done = interrupt();
    serve();
    const Json by_id = received();
    relay->abandon();
    answer(by_id, refused("expected active turn id a but found b"));
    CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
  }
  auto ping = std::async(std::launch::async, [this] {
    sync_wait(call(connection, "ping", "{}", {.deadline = soon()}));
  });
  CHECK(serve().at("method") == "ping");
  ping.get();
}

TEST_CASE_FIXTURE(Controlled, "what refuses to be paused is an error") {
  auto done = interrupt();
  serve(refused("goals feature is disabled"));
  CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
}

TEST_CASE_FIXTURE(Controlled, "steering follows to the turn that has taken over") {
  send(started("a"));
  auto done = steer();
  const std::string other = "expected active turn id `a` but found `b`";
  CHECK(serve(refused(other)).at("params").at("expectedTurnId") == "a");
  CHECK(serve().at("params").at("expectedTurnId") == "b");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(Controlled, "steering between two turns waits for the next one") {
  send(started("a"));
  auto done = steer();
  serve(refused("no active turn to steer"));
  send(started("b"));
  CHECK(serve().at("params").at("expectedTurnId") == "b");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(Controlled, "steering a goal that ends is refused") {
  send(goal("active"));
  auto done = steer();
  send(goal("complete"));
  CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
}

TEST_CASE_FIXTURE(Controlled, "other refusals are passed on") {
  send(started("a"));
  auto done = steer();
  serve(refused("input must not be empty"));
  CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
}

TEST_CASE_FIXTURE(Controlled, "a thread has one goal, and no turns beside it") {
  CHECK_THROWS_AS((void)connection->router().expect_goal("t"), InvalidRequestError);
  CHECK_THROWS_AS((void)connection->router().expect_turn("t"), InvalidRequestError);
  (void)connection->router().expect_turn("other");
  control.reset();
  relay.reset();
  (void)connection->router().expect_turn("t");
}

}  // namespace codex::detail
