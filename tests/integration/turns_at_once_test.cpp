// Many turns on one client, several consumers of one turn, and input that joins a running turn.

#include <barrier>
#include <future>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/turn_results.hpp"

using codex::testing::Gate;
using codex::testing::messages;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

namespace {

/// The text of the next delta in a stream.
std::string next_delta(face::TurnStream& stream) {
  while (const auto event = stream.next()) {
    if (const auto delta = event->as<events::ItemAgentMessageDelta>()) return delta->delta;
  }
  return "(none)";
}

/// Reads until the first message is complete; what is steered before that is lost by the runtime.
void read_first_message(face::TurnStream& stream) {
  while (const auto event = stream.next()) {
    const auto done = event->as<events::ItemCompleted>();
    if (done && done->item.is<types::AgentMessageThreadItem>()) return;
  }
}

}  // namespace

TEST_CASE("64 turns on 64 threads at once on one client finish right") {
  constexpr int count = 64;
  MockModel mock;
  mock.on_request([](const codex::testing::ModelRequest& request) {
    return Reply{}.deltas({"echo ", "of ", request.last_user_text()});
  });
  face::Codex codex(mock.config());
  std::vector<std::string> answers(count);
  std::barrier all_ready(count);
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < count; ++i) {
      workers.emplace_back([&, i] {
        auto thread = codex.thread_start();
        all_ready.arrive_and_wait();
        try {
          answers[i] = thread.run("turn " + std::to_string(i)).final_response.value_or("nothing");
        } catch (const std::exception& error) {
          answers[i] = error.what();
        }
      });
    }
  }
  for (int i = 0; i < count; ++i) CHECK(answers[i] == "echo of turn " + std::to_string(i));
}

TEST_CASE("streams of two turns may be read in turns, each gets its own") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const codex::testing::ModelRequest& request) {
    return Reply{}.delta(request.last_user_text() + "-").wait_for(gate).delta("done");
  });
  face::Codex codex(mock.config());
  auto one = codex.thread_start().turn("one");
  auto two = codex.thread_start().turn("two");
  auto stream_one = one.stream();
  auto stream_two = two.stream();
  CHECK(next_delta(stream_one) == "one-");
  CHECK(next_delta(stream_two) == "two-");
  gate.open();
  CHECK(next_delta(stream_one) == "done");
  CHECK(next_delta(stream_two) == "done");
  CHECK(messages(one.run()) == std::vector<std::string>{"one-done"});
  CHECK(messages(two.run()) == std::vector<std::string>{"two-done"});
}

TEST_CASE("other calls go on while a stream is open") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("one").wait_for(gate).delta("two"));
  face::Codex codex(mock.config());
  auto turn = codex.thread_start().turn("hello");
  auto stream = turn.stream();
  CHECK(next_delta(stream) == "one");
  CHECK(codex.request("model/list", {{"includeHidden", true}}).at("data").is_array());
  gate.open();
  CHECK(next_delta(stream) == "two");
  (void)turn.run();
}

TEST_CASE("input on a busy thread joins the turn that runs: both handles see its end") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.text("before").wait_for(gate));
  mock.reply("after");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto original = thread.turn("Start.");
  auto stream = original.stream();
  read_first_message(stream);
  auto joined = thread.turn("And this.", {.inactivity_timeout = 60s});
  CHECK(joined.id() == original.id());
  gate.open();
  const auto first = original.run();
  const auto second = joined.run();
  CHECK(messages(first) == std::vector<std::string>{"before", "after"});
  CHECK(messages(second) == std::vector<std::string>{"after"});  // from its own start on
  CHECK(first.final_response == second.final_response);
  CHECK(first.usage == second.usage);
  CHECK(mock.last_request().last_user_text() == "And this.");
}

TEST_CASE("giving up a joined handle leaves the turn to the others") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.text("before").wait_for(gate));
  mock.reply("after");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto original = thread.turn("Start.");
  auto stream = original.stream();
  read_first_message(stream);
  {
    auto joined = thread.turn("And this.");
    auto unread = joined.stream();
  }
  gate.open();
  CHECK(original.run().final_response == "after");
}

TEST_CASE("several calls of turn on one thread at once share the turns there are") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const auto&) { return Reply{}.delta("x").wait_for(gate); });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  std::vector<std::future<codex::TurnResult>> workers;
  std::barrier all_started(8);
  for (int i = 0; i < 8; ++i) {
    workers.push_back(std::async(std::launch::async, [&] {
      auto turn = thread.turn("hello", {.inactivity_timeout = 60s});
      all_started.arrive_and_wait();
      gate.open();
      return turn.run();
    }));
  }
  std::set<std::string> ids;
  for (auto& worker : workers) {
    const codex::TurnResult result = worker.get();
    ids.insert(result.id);
    CHECK(result.status == types::TurnStatus::completed);
  }
  CHECK(ids.size() == 1);
}

TEST_CASE("messages that bear the same id, in one turn and across turns, stay apart") {
  MockModel mock;
  mock.reply(Reply{}.id("msg").text("first").id("msg").text("second"));
  mock.reply(Reply{}.id("msg").text("third"));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  CHECK(messages(thread.run("one")) == std::vector<std::string>{"first", "second"});
  CHECK(messages(thread.run("two")) == std::vector<std::string>{"third"});
}

TEST_CASE("model and sandbox of a turn hold for later ones, an output schema does not") {
  MockModel mock;
  mock.on_request([](const auto&) { return Reply("{}"); });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  (void)thread.run("one", {.approval_mode = codex::ApprovalMode::deny_all,
                           .effort = "high",
                           .model = "other-model",
                           .output_schema = {{"type", "object"}},
                           .sandbox = codex::Sandbox::workspace_write});
  (void)thread.run("two");
  const auto second = mock.last_request().body;
  CHECK(second.at("model") == "other-model");
  CHECK(second.at("reasoning").at("effort") == "high");
  CHECK_FALSE(second.value("text", codex::Json::object()).contains("format"));
  const auto resumed =
      codex.request("thread/resume", {{"threadId", thread.id()}, {"excludeTurns", true}});
  CHECK(resumed.at("approvalPolicy") == "never");
  CHECK(resumed.at("sandbox").at("type") == "workspaceWrite");
}

TEST_CASE("turns that nobody asked for reach notifications()") {
  MockModel mock({.settings = {{"features.goals", "true"}}});  // the oldest runtimes have them off
  mock.reply(Reply{}.tool_call("update_goal", {{"status", "complete"}}));
  mock.reply("all by myself");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto notifications = codex.notifications({.timeout = 60s});
  codex.request("thread/goal/set",
                {{"threadId", thread.id()}, {"objective", "x"}, {"status", "active"}});
  std::vector<std::string> seen;
  while (seen.empty() || seen.back() != "turn/completed") {
    const codex::Notification event = notifications.next();
    if (event.thread_id() == thread.id() && !event.turn_id().empty())
      seen.emplace_back(event.method());
  }
  CHECK(seen.front() == "turn/started");
  CHECK(std::count(seen.begin(), seen.end(), "item/completed") >= 1);
}

TEST_CASE("what comes of a turn after its end reaches notifications()") {
  MockModel mock({.sandbox_mode = "danger-full-access"});
  const auto go = mock.workspace() / "go";
  mock.reply(Reply{}.shell("echo begun; while [ ! -e '" + go.string() + "' ]; do sleep 0.05; done",
                           {.yield_time = 30s}));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start({.sandbox = codex::Sandbox::full_access});
  auto notifications = codex.notifications({.timeout = 60s});
  auto turn = thread.turn("run it");
  for (auto stream = turn.stream(); const auto event = stream.next();) {
    const auto started = event->as<events::ItemStarted>();
    if (started && started->item.is<types::CommandExecutionThreadItem>()) break;
  }
  turn.interrupt();
  CHECK(turn.run().status == types::TurnStatus::interrupted);
  (void)codex.request("fs/writeFile", {{"path", go.string()}, {"dataBase64", "eA=="}});
  while (true) {
    const codex::Notification event = notifications.next();
    if (event.turn_id() == turn.id() && event.is<events::ItemCompleted>()) break;
  }
}
