#include "recovery/asked_requests.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/messages.hpp"

using codex::detail::AskedRequests;
using codex::testing::message;

namespace {

std::shared_ptr<const codex::detail::Message> request(const std::string& id,
                                                      const std::string& command) {
  return message(R"({"id":)" + id + R"(,"method":"item/commandExecution/requestApproval",)" +
                 R"("params":{"turnId":"u","command":")" + command + "\"}}");
}

}  // namespace

TEST_CASE("an answer is sent on the connection that asked") {
  AskedRequests asked;
  CHECK(asked.take(*request("1", "ls")).is_shown);
  CHECK(asked.note_answer(asked.ticket_of("1"), "yes"));
}

TEST_CASE("what is asked again after a cut gets the answer that was given") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto ticket = asked.ticket_of("1");
  bool is_answered_before = true;
  SUBCASE("before the cut") {
    CHECK(asked.note_answer(ticket, "yes"));
    asked.note_cut();
  }
  SUBCASE("while it was cut, when nobody hears it") {
    asked.note_cut();
    CHECK_FALSE(asked.note_answer(ticket, "yes"));
  }
  SUBCASE("never: its handler still has it, and answers now") {
    is_answered_before = false;
    asked.note_cut();
  }
  const auto again = asked.take(*request("1", "ls"));
  CHECK(asked.ticket_of("1") == ticket);
  CHECK(again.is_shown == !is_answered_before);
  CHECK(again.answer.has_value() == is_answered_before);
  if (!is_answered_before) CHECK(asked.note_answer(ticket, "yes"));
  CHECK_FALSE(asked.take(*request("1", "ls")).answer);  // once is enough
}

TEST_CASE("an answer to a runtime that is gone reaches no other request of the same id") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto old = asked.ticket_of("1");
  asked.note_cut();
  CHECK(asked.take(*request("1", "rm -rf /")).is_shown);
  CHECK_FALSE(asked.note_answer(old, "yes"));
  CHECK(asked.note_answer(asked.ticket_of("1"), "no"));
}

TEST_CASE("what was resolved, and a turn's end, are forgotten") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto ticket = asked.ticket_of("1");
  SUBCASE("resolved") { asked.note_resolved("1"); }
  SUBCASE("the turn has ended") { asked.forget_turn("u"); }
  CHECK(asked.ticket_of("1") == 0);
  CHECK_FALSE(asked.note_answer(ticket, "yes"));
}

TEST_CASE(
    "the requests that are remembered are limited, and those without an answer stay longest") {
  AskedRequests asked;
  (void)asked.take(*request("0", "first"));
  const auto first = asked.ticket_of("0");
  for (int id = 1; id < 6000; ++id) {
    (void)asked.take(*request(std::to_string(id), "x"));
    (void)asked.note_answer(asked.ticket_of(std::to_string(id)), "yes");
  }
  CHECK(asked.ticket_of("1") == 0);
  CHECK(asked.note_answer(first, "yes"));
}
