// Turns that were started and that the runtime does not run yet.

#include "turns/turn_control.hpp"

#include <future>

#include <doctest/doctest.h>

#include "support/await.hpp"
#include "support/messages.hpp"
#include "transport/memory_transport.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::message_of;
using testing::soon;

/// The control of turn "u" of thread "t", on a connection whose far end is played by the test.
struct StartedTurnFixture {
  std::pair<std::unique_ptr<codex::Transport>, MemoryPeer> ends = make_memory_transport();
  MemoryPeer& peer = ends.second;
  std::shared_ptr<Connection> connection =
      Connection::open({}, [this] { return std::move(ends.first); });
  Subscription events = connection->router().expect_turn("t").bind("u");
  std::shared_ptr<TurnControl> control = control_turn(connection, "t", "u", events.log());

  using Pending = std::future<std::string>;
  Pending interrupt(CallTerms terms = {.deadline = soon()}) {
    return begin([this, terms](Completion<std::string> completion) {
      control->interrupt(terms, std::move(completion));
    });
  }
  Pending steer(CallTerms terms = {.deadline = soon()}) {
    return begin([this, terms](Completion<std::string> completion) {
      control->steer("more", terms, std::move(completion));
    });
  }
  template <class Start>
  Pending begin(Start start) {
    return std::async(std::launch::async, [start] { return await<std::string>(start); });
  }

  void tell(const std::string& method) {
    peer.send_line(R"({"method":")" + method +
                   R"(","params":{"threadId":"t","turn":{"id":"u","status":"completed"}}})");
  }

  void answer(const std::string& request, const std::string& with) {
    peer.send_line(R"({"id":)" + Json::parse(request).at("id").dump() + "," + with + "}");
  }

  /// Reads the next request, and answers it; gives the turn that it names.
  std::string serve(const std::string& with = R"("result":{})") {
    const auto line = peer.next_line(soon());
    REQUIRE(line);
    const Json request = Json::parse(*line);
    answer(*line, with);
    const bool steers = request.at("method") == "turn/steer";
    return request.at("params").at(steers ? "expectedTurnId" : "turnId").get<std::string>();
  }
  static std::string refused(const std::string& why) {
    return R"("error":{"code":-32600,"message":")" + why + "\"}";
  }
  static std::string none_runs() { return refused("no active turn to interrupt"); }

  /// Reads the next request, and refuses it after that event was told.
  void refuse_after(const std::string& event) {
    const auto line = peer.next_line(soon());
    REQUIRE(line);
    tell(event);
    answer(*line, none_runs());
  }

  /// Waits until what was sent has been handled.
  void settle() {
    auto ping = begin([this](Completion<std::string> completion) {
      connection->start({.method = "ping",
                         .params = R"({"turnId":""})",
                         .deadline = soon(),
                         .completion = std::move(completion)});
    });
    serve();
    (void)ping.get();
  }
};

}  // namespace

TEST_CASE_FIXTURE(StartedTurnFixture,
                  "until a turn begins it is interrupted without its id, then by it") {
  auto early = interrupt();
  CHECK(serve(none_runs()) == "u");
  CHECK(serve() == "");
  CHECK(early.get() == "{}");
  tell("turn/started");
  settle();
  auto late = interrupt();
  CHECK(serve() == "u");
  CHECK(late.get() == "{}");
}

TEST_CASE_FIXTURE(StartedTurnFixture,
                  "where the runtime refuses that, the interrupt waits for the turn to begin") {
  auto done = interrupt();
  SUBCASE("when none runs") {
    CHECK(serve(none_runs()) == "u");
    CHECK(serve(none_runs()) == "");
  }
  SUBCASE("when the one before is remembered") {
    CHECK(serve(refused("expected active turn id u but found v")) == "u");
  }
  settle();  // nothing is asked again by itself
  tell("turn/started");
  CHECK(serve() == "u");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(StartedTurnFixture,
                  "a turn that begins before the refusal is interrupted by id") {
  auto done = interrupt();
  refuse_after("turn/started");
  CHECK(serve() == "u");
  CHECK(done.get() == "{}");
}

TEST_CASE_FIXTURE(StartedTurnFixture,
                  "a turn that ended before its events were read costs no other one its life") {
  auto done = interrupt();
  refuse_after("turn/completed");
  CHECK(serve(none_runs()) == "u");  // never "", which would end what runs now
  CHECK(contains(message_of<InvalidRequestError>([&] { (void)done.get(); }), "no active turn"));
}

TEST_CASE_FIXTURE(StartedTurnFixture, "a turn that ends unseen is refused in the runtime's words") {
  auto done = interrupt();
  serve(none_runs());
  serve(none_runs());
  tell("turn/completed");
  CHECK(serve(none_runs()) == "u");
  CHECK(contains(message_of<InvalidRequestError>([&] { (void)done.get(); }), "no active turn"));
}

TEST_CASE_FIXTURE(StartedTurnFixture, "a turn that runs is refused at once") {
  tell("turn/started");
  settle();
  auto done = interrupt();
  CHECK(serve(none_runs()) == "u");
  CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
}

TEST_CASE_FIXTURE(StartedTurnFixture, "an interrupt of a turn that never begins ends in its time") {
  std::string what;
  // On a slow machine the refusal needs more time.
  for (auto time = 50ms; !contains(what, "has not begun turn u") && time < 20s; time *= 2) {
    auto done = interrupt({.deadline = Clock::now() + time});
    for (int i = 0; i < 2; ++i) {
      if (const auto line = peer.next_line(Clock::now() + time)) answer(*line, none_runs());
    }
    what = message_of<TimeoutError>([&] { (void)done.get(); });
  }
  CHECK(what == "turn/interrupt timed out: the runtime has not begun turn u");
}

TEST_CASE_FIXTURE(StartedTurnFixture, "the wait for a turn to begin can be stopped") {
  std::stop_source stop;
  auto done = steer({.deadline = soon(), .stop = stop.get_token()});
  CHECK(serve(refused("no active turn to steer")) == "u");
  settle();
  stop.request_stop();
  CHECK(message_of<CancelledError>([&] { (void)done.get(); }) ==
        "turn/steer was cancelled before the runtime began turn u");
}

TEST_CASE_FIXTURE(StartedTurnFixture, "a lost connection ends the wait for a turn to begin") {
  auto done = interrupt();
  serve(none_runs());
  serve(none_runs());
  settle();
  peer.end({.signal = 9});
  CHECK_THROWS_AS((void)done.get(), TransportClosedError);
}

TEST_CASE_FIXTURE(StartedTurnFixture, "what is steered too early is steered when the turn begins") {
  auto done = steer();
  CHECK(serve(refused("no active turn to steer")) == "u");
  settle();
  tell("turn/started");
  CHECK(serve(R"("result":{"turnId":"u"})") == "u");
  CHECK(done.get() == R"({"turnId":"u"})");
}

TEST_CASE_FIXTURE(StartedTurnFixture, "any other refusal is passed on") {
  auto done = steer();
  serve(refused("input must not be empty"));
  CHECK_THROWS_AS((void)done.get(), InvalidRequestError);
}

}  // namespace codex::detail
