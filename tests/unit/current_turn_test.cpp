// Turns that other clients started, and what this client knows of those that run.

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>

#include "support/face.hpp"
#include "support/fake_runtime.hpp"
#include "support/messages.hpp"

namespace codex::testing {
namespace {

namespace types = codex::protocol;

Json message_item(const std::string& id) {
  return {{"type", "agentMessage"}, {"id", id}, {"text", id}, {"newMember", 1}};
}

Json completed(const std::string& id, const std::string& turn = "u1") {
  return {{"threadId", "t1"}, {"turnId", turn}, {"completedAtMs", 1}, {"item", message_item(id)}};
}

Json turn_of(const std::string& status, std::vector<std::string> ids) {
  Json items = Json::array();
  for (const auto& id : ids) items.push_back(message_item(id));
  return {{"id", "u1"}, {"status", status}, {"items", items}};
}

std::vector<std::string> ids_of(const std::vector<types::ThreadItem>& items) {
  std::vector<std::string> ids;
  for (const auto& item : items) ids.push_back(item.as<types::AgentMessageThreadItem>()->id);
  return ids;
}

/// A runtime where another client has a thread.
struct SharedRuntime : FakeRuntime {
  SharedRuntime() {
    on("thread/resume", [](const Json&) { return Json{{"thread", {{"id", "t1"}}}}; });
    on("thread/unsubscribe", [](const Json&) { return Json::object(); });
  }
  void end_turn(const char* status = "completed") {
    notify("turn/completed", {{"threadId", "t1"}, {"turn", turn_of(status, {})}});
  }
};

}  // namespace

TEST_CASE("a turn that is taken up has all its items once, however they came") {
  SharedRuntime runtime;
  runtime.on("thread/turns/list", [&](const Json& params) {
    CHECK(params.at("itemsView") == "full");
    CHECK(params.at("sortDirection") == "desc");
    for (const char* id : {"b", "c"}) runtime.notify("item/completed", completed(id));
    runtime.notify("item/completed", completed("x", "u2"));
    return Json{{"data", {turn_of("inProgress", {"a", "b"})}}};
  });
  face::Codex codex(runtime.config());
  auto notifications = codex.notifications({.timeout = std::chrono::seconds{20}});
  auto thread = codex.thread("t1");
  auto turn = thread.current_turn();
  REQUIRE(turn);
  CHECK(turn->id() == "u1");
  CHECK(turn->thread_id() == "t1");
  CHECK(notifications.next().turn_id() == "u2");  // nobody took it
  for (const auto& params : runtime.asked("thread/resume")) {
    CHECK(params.at("excludeTurns") == true);
  }
  auto stream = turn->stream();
  runtime.notify("item/completed", completed("d"));
  runtime.end_turn();
  std::vector<std::string> seen;
  while (const auto event = stream.next()) {
    const auto item = event->item();
    seen.push_back(item ? item->as<types::AgentMessageThreadItem>()->id : event->method().data());
  }
  CHECK(seen.size() == 4);
  CHECK(std::vector(seen.begin(), seen.begin() + 3) == std::vector<std::string>{"b", "c", "d"});
  const auto result = turn->run();
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(ids_of(result.items) == std::vector<std::string>{"a", "b", "c", "d"});
  CHECK(result.items.front().as<types::AgentMessageThreadItem>()->extra.find("newMember"));
  CHECK(result.final_response == "d");
  CHECK(result.unfinished_items == 0);
}

TEST_CASE("an item that had begun before a turn was taken up counts as unfinished until it ends") {
  SharedRuntime runtime;
  runtime.on("thread/turns/list", [&](const Json&) {
    return Json{{"data", {turn_of("inProgress", {"a"})}}};
  });
  face::Codex codex(runtime.config());
  auto turn = codex.thread("t1").current_turn();
  REQUIRE(turn);
  runtime.notify("item/completed", completed("b"));
  Json started = completed("c");
  started["startedAtMs"] = 1;
  runtime.notify("item/started", started);
  runtime.end_turn("interrupted");
  const auto result = turn->run();
  CHECK(ids_of(result.items) == std::vector<std::string>{"a", "b"});
  CHECK(result.unfinished_items == 1);
}

TEST_CASE("where no turn runs there is no current turn") {
  SharedRuntime runtime;
  Json page = {{"data", Json::array()}};
  SUBCASE("an empty thread") {}
  SUBCASE("a turn that has ended") { page = {{"data", {turn_of("completed", {"a"})}}}; }
  SUBCASE("a turn whose end is not noted yet") {
    page = {{"data", {turn_of("interrupted", {"a"})}}};
  }
  runtime.on("thread/turns/list", [&](const Json&) { return page; });
  face::Codex codex(runtime.config());
  auto thread = codex.thread("t1");
  CHECK_FALSE(thread.current_turn());
  CHECK(codex.running_turns().empty());
}

TEST_CASE("a turn that ended before it was looked for is not current, whatever the list says") {
  SharedRuntime runtime;
  runtime.on("thread/turns/list", [&](const Json&) {
    return Json{{"data", {turn_of("inProgress", {"a"})}}};
  });
  face::Codex codex(runtime.config());
  auto notifications = codex.notifications({.timeout = std::chrono::seconds{20}});
  auto thread = codex.thread("t1");
  runtime.end_turn();
  CHECK(notifications.next().method() == "turn/completed");
  CHECK_FALSE(thread.current_turn());
}

TEST_CASE("a thread that is not stored yet has no current turn, other refusals are errors") {
  SharedRuntime runtime;
  face::Codex codex(runtime.config());
  auto thread = codex.thread("t1");
  std::string message = "no rollout found for thread id t1";
  std::int64_t code = -32600;
  bool is_stored = false;
  SUBCASE("not stored") {}
  SUBCASE("about to be stored") {
    message = "list_turns is not supported yet";
    code = -32601;
  }
  SUBCASE("elsewhere") {
    message = "thread t1 already has an active writer";
    is_stored = true;
  }
  runtime.on("thread/resume", [&](const Json&) -> Json {
    throw FakeRuntime::RpcError{code, message};
  });
  if (!is_stored) {
    CHECK_FALSE(thread.current_turn());
  } else {
    CHECK(error_of<InvalidRequestError>([&] { (void)thread.current_turn(); }));
  }
}

TEST_CASE("a running turn is listed once, until it is over, and its thread's current turn is it") {
  SharedRuntime runtime;
  runtime.on("turn/start", [&](const Json&) {
    return Json{{"turn", {{"id", "u1"}, {"status", "inProgress"}, {"items", Json::array()}}}};
  });
  face::Codex codex(runtime.config());
  auto thread = codex.thread("t1");
  CHECK(codex.running_turns().empty());
  auto first = thread.turn("one");
  auto joined = thread.turn("and this");  // the same turn
  auto running = codex.running_turns();
  REQUIRE(running.size() == 1);
  CHECK(running.front().id() == first.id());
  CHECK(running.front().thread_id() == "t1");
  auto current = thread.current_turn();
  REQUIRE(current);
  CHECK(current->id() == first.id());
  CHECK(runtime.asked("thread/turns/list").empty());
  runtime.notify("item/completed", completed("a"));
  runtime.end_turn();
  CHECK(ids_of(current->run().items) == std::vector<std::string>{"a"});
  CHECK(ids_of(running.front().run().items) == std::vector<std::string>{"a"});
  CHECK(codex.running_turns().empty());
}

}  // namespace codex::testing
