// Reviews: turns that the runtime runs under an id of their own.

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"

using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

namespace {

const types::ReviewTarget changes = types::UncommittedChangesReviewTarget{};

}  // namespace

TEST_CASE("a review is a turn whose answer is the review") {
  MockModel mock;
  mock.reply(R"({"findings":[],"overall_correctness":"patch is correct",)"
             R"("overall_explanation":"Nothing wrong.","overall_confidence_score":0.5})");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const auto result = thread.review(changes).run();
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.final_response == "Nothing wrong.");
  std::string review;
  for (const auto& item : result.items) {
    if (const auto* end = item.as<types::ExitedReviewModeThreadItem>()) review = end->review;
  }
  CHECK(review == "Nothing wrong.");

  mock.reply("usable");
  CHECK(thread.run("hello").final_response == "usable");
}

TEST_CASE("all events of a review reach its stream, its turn/started under another id") {
  MockModel mock;
  mock.reply("Looks good.");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto review = thread.review(types::CustomReviewTarget{.instructions = "Look at it."});
  std::size_t started = 0;
  std::string last;
  for (const codex::Notification& event : review.stream()) {
    last = event.method();
    if (event.is<events::TurnStarted>()) {
      ++started;
      CHECK(event.turn_id() != review.id());
    } else {
      CHECK(event.turn_id() == review.id());
    }
  }
  CHECK(started == 1);
  CHECK(last == "turn/completed");
}

TEST_CASE("a review can be interrupted, but not steered") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto review = thread.review(changes);
  REQUIRE(gate.wait_reached(60s));
  CHECK_THROWS_AS((void)review.steer("This way."), codex::InvalidRequestError);
  CHECK_THROWS_AS((void)thread.turn("meanwhile"), codex::JsonRpcError);
  review.interrupt();
  CHECK(review.run().status == types::TurnStatus::interrupted);

  Gate second;
  mock.reply(Reply{}.delta("never").wait_for(second));
  auto next = thread.review(changes);  // the runtime remembers the id of the one before for a while
  REQUIRE(second.wait_reached(60s));
  next.interrupt();
  CHECK(next.run().status == types::TurnStatus::interrupted);
}

TEST_CASE("the limits of a review hold") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  std::stop_source stop;
  auto review = thread.review(changes, {.stop = stop.get_token()});
  REQUIRE(gate.wait_reached(60s));
  stop.request_stop();
  try {
    (void)review.run();
    FAIL("the review was not cancelled");
  } catch (const codex::CancelledError& error) {
    REQUIRE(error.collected());
    CHECK(error.collected()->status == types::TurnStatus::interrupted);
  }
  mock.reply("usable");
  CHECK(thread.run("hello").final_response == "usable");
}
