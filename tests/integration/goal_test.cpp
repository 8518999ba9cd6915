// Goals: one logical turn over all turns that the runtime starts itself.

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "integration/needs.hpp"
#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/turn_results.hpp"

using codex::testing::await_message;
using codex::testing::contains;
using codex::testing::Gate;
using codex::testing::lacks;
using codex::testing::messages;
using codex::testing::MockModel;
using codex::testing::Phase;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

namespace {

/// The oldest runtimes have goals, but do not offer them by themselves.
const codex::testing::MockModelOptions with_goals{.settings = {{"features.goals", "true"}}};

Reply update_goal(const std::string& status) {
  return Reply{}.tool_call("update_goal", {{"status", status}});
}

std::string goal_status(face::Codex& codex, const face::Thread& thread) {
  const auto answer = codex.request("thread/goal/get", {{"threadId", thread.id()}});
  return answer.at("goal").is_null() ? "none" : answer["goal"].at("status").get<std::string>();
}

std::string refusal_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const codex::InvalidRequestError& error) {
    return error.message();
  }
  return "(not refused)";
}

}  // namespace

TEST_CASE("a goal runs over the runtime's continuations to its end, as one turn") {
  MockModel mock(with_goals);
  mock.reply(Reply("Initial pass complete.").usage({.input = 4, .output = 2}));
  mock.reply(update_goal("complete").usage({.input = 3, .output = 1}));
  mock.reply(Reply("Goal complete.").usage({.input = 5, .output = 3}));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const auto result = thread.run_goal("  Improve benchmark coverage\n");

  CHECK(result.status == types::TurnStatus::completed);
  CHECK(messages(result) == std::vector<std::string>{"Initial pass complete.", "Goal complete."});
  CHECK(result.final_response == "Goal complete.");
  REQUIRE(result.usage);
  CHECK(result.usage->last.total_tokens == 8);
  CHECK(result.usage->total.total_tokens == 18);
  CHECK(result.turn_usage == result.usage->total);
  CHECK(result.response_usages.size() == 3);
  REQUIRE(result.started_at);
  REQUIRE(result.completed_at);
  CHECK(result.duration_ms == (*result.completed_at - *result.started_at) * 1000);
  CHECK(contains(mock.requests().front().body.dump(), "Improve benchmark coverage"));
  const auto goal = codex.request("thread/goal/get", {{"threadId", thread.id()}}).at("goal");
  CHECK(goal.at("objective") == "Improve benchmark coverage");
  CHECK(mock.requests().size() == 3);
  CHECK(goal_status(codex, thread) == "complete");

  mock.reply("plain again");
  CHECK(thread.run("hello").final_response == "plain again");
}

TEST_CASE("the stream of a goal shows one turn, under one id") {
  MockModel mock(with_goals);
  mock.reply("one");
  mock.reply("two");
  mock.reply(update_goal("complete"));
  mock.reply("three");
  face::Codex codex(mock.config());
  auto goal = codex.thread_start().goal("Count to three");
  auto copy = goal;
  std::vector<std::string> lifecycle;
  std::string text;
  for (const codex::Notification& event : goal.stream()) {
    CHECK(event.turn_id() == goal.id());
    CHECK(event.thread_id() == goal.thread_id());
    if (event.method().starts_with("turn/")) lifecycle.emplace_back(event.method());
    if (const auto delta = event.as<events::ItemAgentMessageDelta>()) text += delta->delta;
    if (const auto done = event.as<events::ItemCompleted>()) CHECK(done->turn_id == goal.id());
    CHECK_FALSE(event.method().starts_with("thread/goal/"));
  }
  CHECK(lifecycle == std::vector<std::string>{"turn/started", "turn/completed"});
  CHECK(text == "onetwothree");
  CHECK(messages(copy.run()) == std::vector<std::string>{"one", "two", "three"});
  CHECK(contains(refusal_of([&] { goal.interrupt(); }), "no active turn to interrupt"));
  CHECK(contains(refusal_of([&] { goal.steer("x"); }), "no active turn to steer"));
}

TEST_CASE("interrupting a goal pauses it, in whichever turn it is") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply("one");
  mock.reply(Reply{}.text("two").delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto goal = thread.goal("Never ends");
  auto stream = goal.stream();
  await_message(stream, "two");
  REQUIRE(gate.wait_reached(60s));
  goal.interrupt();
  const auto result = goal.run();
  CHECK(result.status == types::TurnStatus::interrupted);
  CHECK(result.id == goal.id());
  CHECK(messages(result) == std::vector<std::string>{"one", "two"});
  CHECK(goal_status(codex, thread) == "paused");
  CHECK(mock.requests().size() == 2);
}

TEST_CASE("steering a goal speaks to the turn that runs") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply("one");
  mock.reply(Reply{}.text("two").wait_for(gate));
  mock.reply(update_goal("complete"));
  mock.reply("done");
  face::Codex codex(mock.config());
  auto goal = codex.thread_start().goal("Be steered");
  REQUIRE(gate.wait_reached(60s));
  CHECK(goal.steer("This way.").turn_id == goal.id());
  gate.open();
  const auto result = goal.run();
  CHECK(messages(result).back() == "done");
  bool was_told = false;
  for (const auto& request : mock.requests()) {
    for (const auto& text : request.user_texts()) was_told = was_told || text == "This way.";
  }
  CHECK(was_told);
}

TEST_CASE("a goal whose turn fails ends with that failure") {
  MockModel mock(with_goals);
  face::Codex codex(mock.config());
  if (lacks(codex, "0.134.0", "goals that end with a turn that fails")) return;
  auto thread = codex.thread_start();
  mock.reply("one");
  mock.reply(Reply{}.fail("insufficient_quota", "no more money"));
  try {
    (void)thread.run_goal("Spend", {.timeout = 60s});
    FAIL("the goal did not fail");
  } catch (const codex::TurnFailedError& error) {
    CHECK(contains(error.what(), "Quota exceeded"));
    CHECK(messages(error.result()) == std::vector<std::string>{"one"});
  }
  CHECK(goal_status(codex, thread) == "usageLimited");
}

TEST_CASE("a goal whose turn fails for any other reason is blocked") {
  MockModel mock(with_goals);
  face::Codex codex(mock.config());
  if (lacks(codex, "0.134.0", "goals that end with a turn that fails")) return;
  auto thread = codex.thread_start();
  mock.reply(Reply{}.fail("server_error", "boom from mock model"));
  CHECK_THROWS_AS((void)thread.run_goal("Fail", {.timeout = 60s}), codex::TurnFailedError);
  CHECK(goal_status(codex, thread) == "blocked");
}

TEST_CASE("a goal with a budget ends when that is spent") {
  MockModel mock(with_goals);
  mock.reply(Reply("one").usage({.input = 70, .output = 70}));
  mock.on_request([](const auto&) { return Reply("more").usage({.input = 70, .output = 70}); });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const auto result = thread.run_goal("Spend", {.token_budget = 100, .timeout = 60s});
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(goal_status(codex, thread) == "budgetLimited");
}

TEST_CASE("a goal takes the place of an older one") {
  MockModel mock(with_goals);
  mock.reply(update_goal("complete"));
  mock.reply("done");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  codex.request("thread/goal/set",
                {{"threadId", thread.id()}, {"objective", "Old"}, {"status", "paused"}});
  CHECK(thread.run_goal("New").final_response == "done");
  CHECK(contains(mock.requests().front().body.dump(), "New"));
}

TEST_CASE("the limits of a goal hold, and the thread stays usable") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply("one");
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  std::stop_source stop;
  auto goal = thread.goal("Never ends", {.stop = stop.get_token()});
  REQUIRE(gate.wait_reached(60s));
  stop.request_stop();
  try {
    (void)goal.run();
    FAIL("the goal was not cancelled");
  } catch (const codex::CancelledError& error) {
    REQUIRE(error.collected());
    CHECK(messages(*error.collected()) == std::vector<std::string>{"one"});
  }
  CHECK(goal_status(codex, thread) == "paused");
  mock.reply("and on");
  CHECK(thread.run("again").final_response == "and on");
}

TEST_CASE("what cannot start a goal says why, and asks no model") {
  MockModel mock(with_goals);
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  CHECK_THROWS_WITH_AS((void)thread.goal("  \n"), "goal objective must not be empty",
                       codex::CodexError);
  std::string longest;
  for (int i = 0; i < 4001; ++i) longest += "ä";
  CHECK_THROWS_WITH_AS((void)thread.goal(longest), "goal objective must be at most 4000 characters",
                       codex::CodexError);
  auto ephemeral = codex.thread_start({.ephemeral = true});
  CHECK(contains(refusal_of([&] { (void)ephemeral.goal("x"); }), "thread must be persisted"));
  CHECK(mock.requests().empty());

  Gate gate;
  mock.reply(Reply{}.delta("busy").wait_for(gate));
  auto turn = thread.turn("hello");
  REQUIRE(gate.wait_reached(60s));
  CHECK(contains(refusal_of([&] { (void)thread.goal("x"); }), "thread must be idle"));
  gate.open();
  (void)turn.run();
  CHECK(mock.requests().size() == 1);
}

TEST_CASE("a thread that pursues a goal takes neither turns nor a second goal") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply(Reply{}.delta("busy").wait_for(gate));
  mock.reply(update_goal("complete"));
  mock.reply("done");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto goal = thread.goal("First");
  REQUIRE(gate.wait_reached(60s));
  CHECK(contains(refusal_of([&] { (void)thread.turn("x"); }), "active goal operation"));
  CHECK_THROWS_AS((void)thread.goal("Second"), codex::InvalidRequestError);
  gate.open();
  (void)goal.run();
}

TEST_CASE("goals that the runtime has turned off fail before any model work") {
  MockModel mock({.settings = {{"features.goals", "false"}}});
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  CHECK_THROWS_AS((void)thread.goal("x"), codex::JsonRpcError);
  CHECK(mock.requests().empty());
  mock.reply("usable");
  CHECK(thread.run("hello").final_response == "usable");
}

TEST_CASE("a goal that is given up goes on, and holds its thread until it is cleared") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply(Reply{}.delta("busy").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  (void)thread.goal("Forgotten");
  REQUIRE(gate.wait_reached(60s));
  CHECK(goal_status(codex, thread) == "active");
  codex.request("thread/goal/clear", {{"threadId", thread.id()}});
  gate.open();
  mock.reply("free");
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  std::optional<std::string> answer;
  while (!answer && std::chrono::steady_clock::now() < deadline) {
    try {
      answer = thread.run("hello").final_response;
    } catch (const codex::InvalidRequestError&) {  // not yet
    }
  }
  CHECK(answer == "free");
}

TEST_CASE("a runtime that ends takes its goals along") {
  MockModel mock(with_goals);
  Gate gate;
  mock.reply("one");
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto goal = codex.thread_start().goal("Never ends");
  auto stream = goal.stream();
  await_message(stream, "one");  // what was not read by then is lost
  REQUIRE(gate.wait_reached(60s));
  codex.close();
  CHECK_THROWS_AS(while (stream.next()){}, codex::TransportClosedError);
  try {
    (void)goal.run();
    FAIL("the goal outlived its runtime");
  } catch (const codex::TransportClosedError& error) {
    REQUIRE(error.collected());
    CHECK(messages(*error.collected()) == std::vector<std::string>{"one"});
  }
}
