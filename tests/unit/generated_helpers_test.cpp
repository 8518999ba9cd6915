#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include <codex/protocol.hpp>

using namespace codex::protocol;

namespace {

ThreadItem item(std::string_view json) { return decode<ThreadItem>(json); }

}  // namespace

TEST_CASE("an item tells its id, whatever its kind") {
  const ThreadItem said = AgentMessageThreadItem{.id = "m1", .text = "hello"};
  CHECK(said.id() == "m1");
  CHECK(item(R"({"type":"contextCompaction","id":"c1"})").id() == "c1");
  CHECK(item(R"({"type":"hologram","id":"h1"})").id() == "h1");
  CHECK(item(R"({"type":"hologram","id":7})").id().empty());
  CHECK(ThreadItem().id().empty());
}

TEST_CASE("text gives the words of an item") {
  CHECK(text(item(R"({"type":"agentMessage","id":"m","text":"hello"})")) == "hello");
  CHECK(text(item(R"({"type":"userMessage","id":"u","content":[
      {"type":"text","text":"look"},{"type":"image","url":"data:x"},{"type":"text","text":"here"}]})")) ==
        "look\nhere");
  CHECK(text(item(R"({"type":"reasoning","id":"r","summary":["first","then"],"content":[]})")) ==
        "first\nthen");
  CHECK(text(item(R"({"type":"contextCompaction","id":"c1"})")).empty());
  CHECK(text(item(R"({"type":"hologram","id":"h1","text":"from the future"})")) ==
        "from the future");
}

TEST_CASE("visit gives the arm that a union holds, to change it too") {
  ThreadItem held = AgentMessageThreadItem{.id = "m1", .text = "hello"};
  held.visit([](AgentMessageThreadItem& message) { message.text = "bye"; }, [](auto&) {});
  CHECK(held.as<AgentMessageThreadItem>()->text == "bye");
  const ThreadItem copy = held;
  CHECK(copy.visit([](const AgentMessageThreadItem& message) { return message.text; },
                   [](const Unknown&) { return std::string("unknown"); },
                   [](const auto&) { return std::string("other"); }) == "bye");
  held = PlanThreadItem{.id = "p1", .text = "plan"};
  CHECK(held.is<PlanThreadItem>());
  CHECK(copy.is<AgentMessageThreadItem>());
  const ThreadItem moved = std::move(held);
  CHECK(moved.id() == "p1");
  CHECK(moved != copy);
}

TEST_CASE("a list with a default is read like any list") {
  ReasoningThreadItem thought{.id = "r"};
  CHECK(thought.summary.empty());
  thought.summary.edit() = {"first", "then", "last"};
  CHECK(thought.summary.front() == "first");
  CHECK(thought.summary[1] == "then");
  CHECK(thought.summary.back() == "last");
  static_assert(std::same_as<decltype(thought.summary[0]), const std::string&>);
}

TEST_CASE("an enum prints its name, known or not") {
  std::ostringstream out;
  out << TurnStatus(TurnStatus::in_progress) << ' ' << TurnStatus("paused");
  CHECK(out.str() == "inProgress paused");
}
