#include <doctest/doctest.h>

#include <codex/codex.hpp>

#include "support/face.hpp"
#include "support/fake_runtime.hpp"

using codex::Json;
using codex::testing::FakeRuntime;
using namespace std::chrono_literals;

namespace {

Json warning(const std::string& text) { return {{"message", text}}; }

std::string text_of(const codex::Notification& event) {
  return event.json().at("params").at("message").get<std::string>();
}

}  // namespace

TEST_CASE("notifications() gives what came before anyone listened, then what comes") {
  FakeRuntime runtime;
  runtime.on("ping", [&](const Json&) {
    runtime.notify("warning", warning("first"));
    return Json::object();
  });
  face::Codex codex(runtime.config());
  (void)codex.request("ping");
  auto events = codex.notifications({.timeout = 60s});
  CHECK(text_of(events.next()) == "first");
  CHECK(events.try_next() == std::nullopt);
  runtime.notify("warning", warning("second"));
  CHECK(text_of(events.next()) == "second");
  CHECK(events.dropped() == 0);
}

TEST_CASE("each stream of notifications has its own place") {
  FakeRuntime runtime;
  face::Codex codex(runtime.config());
  auto one = codex.notifications({.timeout = 60s});
  auto two = codex.notifications({.timeout = 60s});
  runtime.notify("warning", warning("a"));
  runtime.notify("warning", warning("b"));
  CHECK(text_of(one.next()) == "a");
  CHECK(text_of(one.next()) == "b");
  CHECK(text_of(two.next()) == "a");
}

TEST_CASE("a loop over notifications ends with the connection, after all that came") {
  FakeRuntime runtime;
  face::Codex codex(runtime.config());
  runtime.notify("warning", warning("last words"));
  runtime.end();
  std::vector<std::string> seen;
  CHECK_THROWS_AS(
      [&] {
        for (const codex::Notification& event : codex.notifications())
          seen.push_back(text_of(event));
      }(),
      codex::TransportClosedError);
  CHECK(seen == std::vector<std::string>{"last words"});
}

TEST_CASE("the wait for a notification ends by its bounds, and the stream can be read on") {
  FakeRuntime runtime;
  face::Codex codex(runtime.config());
  std::stop_source stop;
  auto timed = codex.notifications({.timeout = 1ms});
  CHECK_THROWS_AS((void)timed.next(), codex::TimeoutError);
  auto stoppable = codex.notifications({.stop = stop.get_token()});
  stop.request_stop();
  CHECK_THROWS_AS((void)stoppable.next(), codex::CancelledError);
  runtime.on("ping", [&](const Json&) {
    runtime.notify("warning", warning("late"));
    return Json::object();
  });
  (void)codex.request("ping");
  CHECK(text_of(timed.next()) == "late");
  CHECK(text_of(stoppable.next()) == "late");
}

TEST_CASE("notifications that nobody reads are dropped past the limit, oldest first, and counted") {
  FakeRuntime runtime;
  runtime.on("flood", [&](const Json&) {
    for (int i = 0; i < 100; ++i) runtime.notify("warning", warning(std::to_string(i)));
    return Json::object();
  });
  auto config = runtime.config();
  config.event_buffer_bytes = 4096;
  face::Codex codex(std::move(config));
  auto events = codex.notifications({.timeout = 60s});
  (void)codex.request("flood");
  const int first = std::stoi(text_of(events.next()));
  CHECK(first > 50);
  CHECK(events.dropped() == static_cast<std::uint64_t>(first));
  for (int expected = first + 1; expected < 100; ++expected) {
    CHECK(std::stoi(text_of(events.next())) == expected);
  }
  CHECK(events.try_next() == std::nullopt);
}
