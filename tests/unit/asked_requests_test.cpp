#include "recovery/asked_requests.hpp"

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "support/messages.hpp"

using codex::detail::AskedRequests;
using codex::testing::message;

namespace {

std::shared_ptr<const codex::detail::Message> request(const std::string& id,
                                                      const std::string& command) {
  return message(R"({"id":)" + id + R"(,"method":"item/commandExecution/requestApproval",)" +
                 R"("params":{"threadId":"t","turnId":"u","itemId":"i","command":")" + command +
                 "\"}}");
}

/// Whether the answer goes out.
bool answers(AskedRequests& asked, AskedRequests::Ticket ticket, const std::string& line) {
  bool is_sent = false;
  asked.answer(ticket, line, [&] { is_sent = true; });
  return is_sent;
}

}  // namespace

TEST_CASE("an answer is sent on the connection that asked") {
  AskedRequests asked;
  CHECK(asked.take(*request("1", "ls")).is_shown);
  CHECK(answers(asked, asked.ticket_of("1"), "yes"));
}

TEST_CASE("what is asked again after a cut gets the answer that was given") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto ticket = asked.ticket_of("1");
  bool is_answered_before = true;
  SUBCASE("before the cut") {
    CHECK(answers(asked, ticket, "yes"));
    asked.note_cut();
  }
  SUBCASE("while it was cut, when nobody hears it") {
    asked.note_cut();
    CHECK_FALSE(answers(asked, ticket, "yes"));
  }
  SUBCASE("never: its handler still has it, and answers now") {
    is_answered_before = false;
    asked.note_cut();
  }
  const auto again = asked.take(*request("1", "ls"));
  CHECK(asked.ticket_of("1") == ticket);
  CHECK(again.is_shown == !is_answered_before);
  CHECK(again.answer.has_value() == is_answered_before);
  if (!is_answered_before) CHECK(answers(asked, ticket, "yes"));
  CHECK_FALSE(asked.take(*request("1", "ls")).answer);  // once is enough
}

TEST_CASE("an answer to a runtime that is gone reaches no other request of the same id") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto old = asked.ticket_of("1");
  asked.note_cut();
  CHECK(asked.take(*request("1", "rm -rf /")).is_shown);
  CHECK_FALSE(answers(asked, old, "yes"));
  CHECK(answers(asked, asked.ticket_of("1"), "no"));
}

TEST_CASE("what was resolved, and a turn's end, are forgotten") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  const auto ticket = asked.ticket_of("1");
  SUBCASE("resolved") { asked.note_resolved("1"); }
  SUBCASE("the turn has ended") { asked.forget_turn("u"); }
  CHECK(asked.ticket_of("1") == 0);
  CHECK_FALSE(answers(asked, ticket, "yes"));
}

TEST_CASE(
    "the requests that are remembered are limited, and those without an answer stay longest") {
  AskedRequests asked;
  (void)asked.take(*request("0", "first"));
  const auto first = asked.ticket_of("0");
  for (int id = 1; id < 6000; ++id) {
    (void)asked.take(*request(std::to_string(id), "x"));
    (void)answers(asked, asked.ticket_of(std::to_string(id)), "yes");
  }
  CHECK(asked.ticket_of("1") == 0);
  CHECK(answers(asked, first, "yes"));
}

TEST_CASE("a cut does not come between the check of an answer and its way to the connection") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  std::atomic<bool> is_cut = false;
  std::thread cutter;
  asked.answer(asked.ticket_of("1"), "yes", [&] {
    cutter = std::thread([&] {
      asked.note_cut();
      is_cut = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(is_cut);
  });
  cutter.join();
}

TEST_CASE("a request of the connection is another one on the next connection") {
  AskedRequests asked;
  const auto refresh = message(R"({"id":0,"method":"account/chatgptAuthTokens/refresh",)"
                               R"("params":{"reason":"unauthorized"}})");
  (void)asked.take(*refresh);
  CHECK(answers(asked, asked.ticket_of("0"), "the old tokens"));
  asked.note_cut();
  const auto verdict = asked.take(*refresh);
  CHECK(verdict.is_shown);
  CHECK_FALSE(verdict.answer);
}

TEST_CASE("an answer is kept until its item is complete") {
  AskedRequests asked;
  (void)asked.take(*request("1", "ls"));
  SUBCASE("answered") {
    CHECK(answers(asked, asked.ticket_of("1"), "yes"));
    asked.note_completed("u", "another");
    CHECK(asked.ticket_of("1") != 0);
    asked.note_completed("u", "i");
    CHECK(asked.ticket_of("1") == 0);
  }
  SUBCASE("not answered yet") {
    asked.note_completed("u", "i");
    CHECK(asked.ticket_of("1") != 0);
  }
}

TEST_CASE("an answer to a tool of the client is kept until its item is complete") {
  AskedRequests asked;
  (void)asked.take(*message(R"({"id":1,"method":"item/tool/call",)"
                            R"("params":{"threadId":"t","turnId":"u","callId":"c"}})"));
  CHECK(answers(asked, asked.ticket_of("1"), "a large picture"));
  asked.note_completed("u", "c");
  CHECK(asked.ticket_of("1") == 0);
}
