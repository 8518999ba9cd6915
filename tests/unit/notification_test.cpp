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

}  // namespace codex
