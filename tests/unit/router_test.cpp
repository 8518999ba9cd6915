#include "connection/router.hpp"

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::message;
using testing::text_of;
using testing::turn_message;

struct RoutingFixture {
  std::shared_ptr<Router> router =
      std::make_shared<Router>(std::size_t{1} << 20, std::make_shared<Timers>([] {}));
  Subscription general = router->general();

  void event(std::string_view thread, std::string_view turn, std::string_view text,
             std::string_view method = "item/completed") {
    router->route(turn_message(method, thread, turn, text));
  }

  void complete(std::string_view thread, std::string_view turn) {
    event(thread, turn, "!", "turn/completed");
  }

  bool is_in_use(std::string_view thread, const PendingTurn::Start& but = {}) {
    bool is_used = true;
    router->unless_in_use(thread, but, [&] { is_used = false; });
    return is_used;
  }

  void login_completed(std::string_view id, std::string_view text) {
    router->route(message(R"({"method":"account/login/completed","params":{"loginId":)" +
                          std::string(id) + R"(,"text":")" + std::string(text) + R"("}})"));
  }
};

std::string read_all(Subscription& subscription) {
  std::string texts;
  while (const auto event = subscription.try_next()) texts += text_of(*event);
  return texts;
}

}  // namespace

TEST_CASE_FIXTURE(RoutingFixture, "events that come before the response are kept") {
  PendingTurn pending = router->expect_turn("t");
  event("t", "u", "a");
  event("t", "u", "b");
  Subscription turn = std::move(pending).bind("u");
  event("t", "u", "c");
  CHECK(read_all(turn) == "abc");
  CHECK(read_all(general).empty());
}

TEST_CASE("what came while a running turn was looked for is lost for nobody") {
  const auto timers = std::make_shared<Timers>([] {});
  const auto router = std::make_shared<Router>(std::size_t{1} << 20, timers);
  Subscription general = router->general();
  const auto event = [&](std::string_view turn, std::string_view text) {
    router->route(turn_message("item/completed", "t", turn, text));
  };
  Subscription ours = router->expect_turn("t").bind("ours");
  event("u", "1");
  std::optional<PendingTurn> pending = router->expect_running("t");
  event("u", "2");
  event("other", "3");
  event("ours", "o");
  SUBCASE("and none runs") {
    pending.reset();
    event("u", "4");
    timers->run_due();
    event("u", "5");
    CHECK(read_all(general) == "13245");  // by turn, as they came
  }
  SUBCASE("and one runs: the others go on to those who read them") {
    Subscription turn = std::move(*pending).bind("u");
    event("u", "4");
    event("other", "5");
    timers->run_due();
    event("other", "6");
    CHECK(read_all(turn) == "24");
    CHECK(read_all(general) == "1356");
  }
  CHECK(read_all(ours) == "o");
}

TEST_CASE_FIXTURE(RoutingFixture, "the response may come before any event") {
  Subscription turn = router->expect_turn("t").bind("u");
  event("t", "u", "a");
  complete("t", "u");
  CHECK(read_all(turn) == "a!");
  CHECK(turn.is_at_end());
}

TEST_CASE_FIXTURE(RoutingFixture, "the turn may even be over before the response") {
  PendingTurn pending = router->expect_turn("t");
  event("t", "u", "a");
  complete("t", "u");
  Subscription turn = std::move(pending).bind("u");
  CHECK(read_all(turn) == "a!");
  CHECK(turn.is_at_end());
}

TEST_CASE_FIXTURE(RoutingFixture, "a turn that is joined is heard from the moment of joining") {
  Subscription first = router->expect_turn("t").bind("u");
  event("t", "u", "a");
  PendingTurn joining = router->expect_turn("t");
  event("t", "u", "b");
  Subscription second = std::move(joining).bind("u");
  event("t", "u", "c");
  CHECK(read_all(first) == "abc");
  CHECK(read_all(second) == "bc");
}

TEST_CASE_FIXTURE(RoutingFixture, "several turns may be expected on a thread at once") {
  PendingTurn one = router->expect_turn("t");
  PendingTurn two = router->expect_turn("t");
  event("t", "u1", "a");
  complete("t", "u1");
  event("t", "u2", "b");
  Subscription second = std::move(two).bind("u2");
  Subscription first = std::move(one).bind("u1");
  event("t", "u2", "c");
  CHECK(read_all(first) == "a!");
  CHECK(read_all(second) == "bc");
}

TEST_CASE_FIXTURE(RoutingFixture, "turns do not hear each other") {
  Subscription one = router->expect_turn("t1").bind("u1");
  Subscription two = router->expect_turn("t2").bind("u2");
  event("t1", "u1", "a");
  event("t2", "u2", "b");
  event("t3", "u3", "c");
  CHECK(read_all(one) == "a");
  CHECK(read_all(two) == "b");
  CHECK(read_all(general) == "c");
}

TEST_CASE_FIXTURE(RoutingFixture,
                  "what is not claimed is freed, and later events of it are general") {
  std::weak_ptr<const Message> watched;
  {
    const PendingTurn pending = router->expect_turn("t");
    auto first = turn_message("item/completed", "t", "u", "a");
    watched = first;
    router->route(std::move(first));
    CHECK_FALSE(watched.expired());
  }
  CHECK(watched.expired());
  event("t", "u", "b");
  CHECK(read_all(general) == "b");
}

TEST_CASE_FIXTURE(RoutingFixture, "binding one turn frees the others that were kept") {
  PendingTurn pending = router->expect_turn("t");
  auto other = turn_message("item/completed", "t", "other", "x");
  const std::weak_ptr<const Message> watched = other;
  router->route(std::move(other));
  const Subscription turn = std::move(pending).bind("u");
  CHECK(watched.expired());
}

TEST_CASE_FIXTURE(RoutingFixture,
                  "a reader that gives up in the middle leaves the other one alone") {
  Subscription first = router->expect_turn("t").bind("u");
  {
    const Subscription second = router->attach("t", "u");
    event("t", "u", "a");
  }
  event("t", "u", "b");
  CHECK(read_all(first) == "ab");
}

TEST_CASE_FIXTURE(RoutingFixture, "attaching hears a turn from now on, known or not") {
  Subscription first = router->expect_turn("t").bind("u");
  event("t", "u", "a");
  Subscription late = router->attach("t", "u");
  Subscription elsewhere = router->attach("t", "unheard-of");
  event("t", "u", "b");
  event("t", "unheard-of", "c");
  CHECK(read_all(first) == "ab");
  CHECK(read_all(late) == "b");
  CHECK(read_all(elsewhere) == "c");
  complete("t", "u");
  CHECK_THROWS_AS((void)router->attach("t", "u"), CodexError);
}

TEST_CASE_FIXTURE(RoutingFixture, "attaching while a turn is expected serves both") {
  PendingTurn pending = router->expect_turn("t");
  Subscription attached = router->attach("t", "u");
  event("t", "u", "a");
  Subscription bound = std::move(pending).bind("u");
  CHECK(read_all(attached) == "a");
  CHECK(read_all(bound) == "a");
}

TEST_CASE_FIXTURE(RoutingFixture, "events after the end of a turn do not start it again") {
  Subscription turn = router->expect_turn("t").bind("u");
  complete("t", "u");
  const PendingTurn next = router->expect_turn("t");
  event("t", "u", "late");
  CHECK(read_all(turn) == "!");
  CHECK(read_all(general) == "late");
}

TEST_CASE_FIXTURE(RoutingFixture,
                  "a turn that was over before it was expected has ended, and does not hang") {
  complete("t", "u");
  const Subscription turn = router->expect_turn("t").bind("u");
  CHECK(turn.is_at_end());
}

TEST_CASE_FIXTURE(RoutingFixture, "events without a turn are general") {
  const PendingTurn pending = router->expect_turn("t");
  router->route(
      message(R"({"method":"thread/status/changed","params":{"threadId":"t","text":"a"}})"));
  router->route(message(R"({"method":"configWarning","params":{"text":"b"}})"));
  login_completed("null", "c");
  CHECK(read_all(general) == "abc");
}

TEST_CASE_FIXTURE(RoutingFixture, "a login hears its own completion, early or late, then the end") {
  Subscription waiting = router->expect_login("l1");
  login_completed("\"l2\"", "early");
  login_completed("\"l1\"", "late");
  CHECK(read_all(waiting) == "late");
  CHECK(waiting.is_at_end());
  Subscription early = router->expect_login("l2");
  CHECK(read_all(early) == "early");
  CHECK(early.is_at_end());
  CHECK(read_all(general).empty());
}

TEST_CASE_FIXTURE(RoutingFixture, "early logins that nobody asks for do not pile up") {
  for (int i = 0; i < 70; ++i) login_completed("\"l" + std::to_string(i) + "\"", "x");
  CHECK(read_all(general) == "xxxxxx");
  Subscription kept = router->expect_login("l69");
  CHECK(read_all(kept) == "x");
}

TEST_CASE_FIXTURE(RoutingFixture,
                  "when the connection is lost, all get the rest and then the error") {
  Subscription turn = router->expect_turn("t").bind("u");
  Subscription login = router->expect_login("l");
  PendingTurn seen = router->expect_turn("t2");
  PendingTurn unseen = router->expect_turn("t3");
  event("t", "u", "a");
  event("t2", "u2", "b");
  router->fail({.reason = "gone", .exit_status = {.code = 3}, .stderr_tail = "why"});

  CHECK(text_of(*turn.try_next()) == "a");
  const auto fails = [](Subscription& subscription) {
    try {
      (void)subscription.try_next();
    } catch (const TransportClosedError& error) {
      return error.exit_status().code == 3 && error.stderr_tail() == "why";
    }
    return false;
  };
  CHECK(fails(turn));
  CHECK(fails(login));
  CHECK(fails(general));
  Subscription bound = std::move(seen).bind("u2");
  CHECK(text_of(*bound.try_next()) == "b");
  CHECK(fails(bound));
  CHECK_THROWS_AS((void)std::move(unseen).bind("u3"), TransportClosedError);
  CHECK_THROWS_AS((void)router->expect_turn("t"), TransportClosedError);
  CHECK_THROWS_AS((void)router->attach("t", "u"), TransportClosedError);
  CHECK_THROWS_AS((void)router->expect_login("l"), TransportClosedError);
}

TEST_CASE_FIXTURE(RoutingFixture, "a finished turn stays readable after the connection is lost") {
  Subscription turn = router->expect_turn("t").bind("u");
  complete("t", "u");
  router->fail({.reason = "gone"});
  CHECK(read_all(turn) == "!");
  CHECK(turn.is_at_end());
}

TEST_CASE_FIXTURE(RoutingFixture, "a subscription outlives the router") {
  Subscription turn = router->expect_turn("t").bind("u");
  event("t", "u", "a");
  router.reset();
  CHECK(read_all(turn) == "a");
}

namespace {

/// As runtimes before 0.162.1 send it.
std::shared_ptr<const Message> started(std::string_view thread, std::string_view turn) {
  return message(R"({"method":"turn/started","params":{"threadId":")" + std::string(thread) +
                 R"(","text":"S","turn":{"id":")" + std::string(turn) + R"("}}})");
}

std::shared_ptr<const Message> started(std::string_view thread, std::string_view turn,
                                       std::string_view root) {
  return message(R"({"method":"turn/started","params":{"threadId":")" + std::string(thread) +
                 R"(","text":"S","turn":{"id":")" + std::string(turn) + R"(","rootTurnId":")" +
                 std::string(root) + R"("}}})");
}

}  // namespace

TEST_CASE_FIXTURE(RoutingFixture, "a review hears of its start, which bears another id") {
  PendingTurn pending = router->expect_review("t");
  event("t", "r", "a");
  router->route(started("t", "x", "r"));
  Subscription review = std::move(pending).bind("r");
  CHECK(read_all(review) == "aS");
  router->route(started("other", "x", "r"));
  CHECK(read_all(general) == "S");
}

TEST_CASE_FIXTURE(RoutingFixture, "the start of a review may come first, or last") {
  PendingTurn pending = router->expect_review("t");
  router->route(started("t", "x", "r"));
  Subscription review = std::move(pending).bind("r");
  CHECK(read_all(review) == "S");
  Subscription second = router->expect_review("t").bind("r2");
  router->route(started("t", "y", "r2"));
  CHECK(read_all(second) == "S");
}

TEST_CASE_FIXTURE(RoutingFixture, "a review hears of its start where runtimes name no root") {
  PendingTurn pending = router->expect_review("t");
  event("t", "r", "a");
  router->route(started("other", "w"));
  router->route(started("t", "x"));
  Subscription review = std::move(pending).bind("r");
  CHECK(read_all(review) == "aS");
  router->route(started("t", "y"));  // it has begun already
  CHECK(read_all(review).empty());
  CHECK(read_all(general) == "SS");
  complete("t", "r");
  Subscription turn = router->expect_turn("t").bind("u");
  router->route(started("t", "u"));
  CHECK(read_all(turn) == "S");
}

TEST_CASE_FIXTURE(RoutingFixture, "the root of any other turn is no reason to start there") {
  Subscription turn = router->expect_turn("t").bind("u");
  router->route(started("t", "x", "u"));
  CHECK(read_all(turn).empty());
  CHECK(read_all(general) == "S");
}

TEST_CASE_FIXTURE(RoutingFixture, "a thread is in use while anyone starts or follows its turns") {
  CHECK_FALSE(is_in_use("t"));
  auto pending = std::make_unique<PendingTurn>(router->expect_turn("t"));
  CHECK(is_in_use("t"));
  CHECK_FALSE(is_in_use("other"));
  auto turn = std::make_unique<Subscription>(std::move(*pending).bind("u"));
  pending.reset();
  CHECK(is_in_use("t"));
  turn.reset();
  CHECK_FALSE(is_in_use("t"));
  const auto goal = router->expect_goal("t");
  CHECK(is_in_use("t"));
}

TEST_CASE_FIXTURE(RoutingFixture, "a start does not count as a user of the thread itself") {
  PendingTurn pending = router->expect_turn("t");
  const auto start = pending.start();
  event("t", "u", "came before the response");
  CHECK_FALSE(is_in_use("t", start));
  SUBCASE("while another one is under way") {
    const PendingTurn other = router->expect_turn("t");
    CHECK(is_in_use("t", start));
  }
  SUBCASE("while others follow the turn that it joins") {
    const Subscription joined = router->expect_turn("t").bind("u");
    CHECK(is_in_use("t", start));
  }
  SUBCASE("when it has its turn") {
    const Subscription turn = std::move(pending).bind("v");
    CHECK_FALSE(is_in_use("t", start));
  }
}

TEST_CASE_FIXTURE(RoutingFixture, "nobody begins to use a thread while it is cleared for them") {
  std::optional<PendingTurn> next;
  std::atomic<bool> has_begun = false;
  std::jthread other;
  bool is_ahead = false;
  const auto clear = [&] {
    other = std::jthread([&] {
      next = router->expect_turn("t");
      has_begun = true;
    });
    std::this_thread::sleep_for(50ms);  // enough, if it were not for the lock
    is_ahead = !has_begun;
  };
  router->unless_in_use("t", {}, clear);
  CHECK(is_ahead);
  other.join();
  REQUIRE(next);
  CHECK(is_in_use("t"));
}

TEST_CASE_FIXTURE(RoutingFixture, "the turns of a goal are over when they are over") {
  const auto goal = router->expect_goal("t");
  goal->accept();
  router->route(started("t", "g", "g"));
  complete("t", "g");
  CHECK_THROWS_AS((void)router->attach("t", "g"), CodexError);
}

TEST_CASE_FIXTURE(RoutingFixture, "turns that nobody asked for are general, whole") {
  router->route(started("child", "c", "c"));
  event("child", "c", "a");
  complete("child", "c");
  event("child", "c", "z");
  CHECK(read_all(general) == "Sa!z");
}

}  // namespace codex::detail
