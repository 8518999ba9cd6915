#include <memory>

#include <doctest/doctest.h>

#include <codex/notification.hpp>
#include <codex/protocol.hpp>

#include "support/messages.hpp"

namespace codex {
namespace {

using protocol::notifications::ItemAgentMessageDelta;
using protocol::notifications::TurnCompleted;

Notification notification(std::string line) {
  return Notification(testing::message(std::move(line)));
}

const std::string delta_line =
    R"({"method":"item/agentMessage/delta","params":{"threadId":"t","turnId":"u","itemId":"i",)"
    R"("delta":"hi"},"emittedAtMs":5})";

}  // namespace

TEST_CASE("a notification shows what came") {
  auto event = std::make_unique<Notification>(notification(delta_line));
  const Notification copy = *event;
  CHECK(copy.text().data() == event->text().data());
  event.reset();
  CHECK(copy.method() == "item/agentMessage/delta");
  CHECK(copy.thread_id() == "t");
  CHECK(copy.turn_id() == "u");
  CHECK(copy.emitted_at_ms() == 5);
  CHECK(copy.text() == delta_line);
  CHECK(copy.json() == Json::parse(delta_line));
  CHECK(copy.json().at("params").dump() == Json::parse(copy.params()).dump());
}

TEST_CASE("as<N> decodes the params of an N and of nothing else") {
  const Notification event = notification(delta_line);
  CHECK(event.is<ItemAgentMessageDelta>());
  CHECK(event.as<ItemAgentMessageDelta>()->delta == "hi");
  CHECK_FALSE(event.is<TurnCompleted>());
  CHECK_FALSE(event.as<TurnCompleted>());
}

TEST_CASE("params that do not fit are a DecodeError that names method and member") {
  const Notification event = notification(
      R"({"method":"item/agentMessage/delta","params":{"threadId":"t","turnId":"u","itemId":"i","delta":7}})");
  try {
    (void)event.as<ItemAgentMessageDelta>();
    FAIL("it should have thrown");
  } catch (const DecodeError& error) {
    CHECK(error.method() == "item/agentMessage/delta");
    CHECK(error.path() == "delta");
  }
}

TEST_CASE("params that are left out decode as if they were empty") {
  const Notification event = notification(R"({"method":"item/agentMessage/delta"})");
  CHECK(event.params().empty());
  CHECK_THROWS_AS((void)event.as<ItemAgentMessageDelta>(), DecodeError);
}

TEST_CASE("item() is the item of an event that has begun or ended, and of no other") {
  const std::string item = R"({"type":"agentMessage","id":"i","text":"hi"})";
  for (const std::string method : {"item/started", "item/completed"}) {
    const auto event = notification(R"({"method":")" + method +
                                    R"(","params":{"threadId":"t","turnId":"u","item":)" + item +
                                    R"(,"startedAtMs":1,"completedAtMs":1}})");
    REQUIRE(event.item());
    CHECK(event.item()->as<protocol::AgentMessageThreadItem>()->text == "hi");
  }
  CHECK_FALSE(notification(delta_line).item());
  CHECK_THROWS_AS((void)notification(R"({"method":"item/started","params":{}})").item(),
                  DecodeError);
}

TEST_CASE("visit calls the function for the event, else the one for all others") {
  std::string seen;
  const auto visit = [&](const Notification& event) {
    seen.clear();
    event.visit([&](const protocol::AgentMessageDeltaNotification& piece) { seen = piece.delta; },
                [&](const protocol::ErrorNotification& error) { seen = error.error.message; },
                [&](const Notification& other) { seen = other.method(); },
                [&](const auto&) { seen = "another event of a turn"; });
  };
  visit(notification(delta_line));
  CHECK(seen == "hi");
  visit(notification(R"({"method":"error","params":{"error":{"message":"no"},"threadId":"t",)"
                     R"("turnId":"u","willRetry":true}})"));
  CHECK(seen == "no");
  visit(notification(R"({"method":"turn/diff/updated","params":{"threadId":"t","turnId":"u",)"
                     R"("diff":"+"}})"));
  CHECK(seen == "another event of a turn");
  visit(notification(R"({"method":"account/updated","params":{}})"));
  CHECK(seen == "account/updated");
  CHECK_THROWS_AS(visit(notification(R"({"method":"item/agentMessage/delta","params":{}})")),
                  DecodeError);
}

}  // namespace codex
