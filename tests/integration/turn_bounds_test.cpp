// Turns that take too long or produce too much.

#include <csignal>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/thread_status.hpp"

using codex::testing::becomes_idle;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

namespace {

/// 20 MB of output in lines, from a command that begins with `echo begun`.
constexpr const char* flood = "echo begun; sleep 0.2; yes 0123456789abcdef | head -c 20000000";

const types::CommandExecutionThreadItem* command_in(const codex::TurnResult& result) {
  for (const auto& item : result.items) {
    if (const auto* command = item.as<types::CommandExecutionThreadItem>()) return command;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("a turn that nobody waits for is interrupted when its time is up") {
  MockModel mock;
  face::Codex codex(mock.config());
  bool is_reached = false;
  // As long as the runtime needs to ask the model.
  for (auto time = 500ms; !is_reached && time < 20s; time *= 2) {
    Gate gate;
    mock.on_request([gate](const codex::testing::ModelRequest&) {
      return Reply{}.commentary("A start.").delta("never").wait_for(gate);
    });
    auto thread = codex.thread_start();
    const auto error = error_of<codex::TimeoutError>([&] {
      auto turn = thread.turn("hello", {.timeout = time});
      is_reached = gate.wait_reached(time);
      CHECK(becomes_idle(codex, thread));
      (void)turn.run();
    });
    REQUIRE(error);
    if (!is_reached) continue;
    REQUIRE(error->collected());
    CHECK(error->collected()->status == types::TurnStatus::interrupted);
  }
  CHECK(is_reached);
}

TEST_CASE("the limits of a turn hold when its handles are gone") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  std::stop_source stop;
  (void)thread.turn("hello", {.stop = stop.get_token()});
  REQUIRE(gate.wait_reached(60s));
  stop.request_stop();
  CHECK(becomes_idle(codex, thread));
}

TEST_CASE("after run, a stream of the same handle shows how the turn ended") {
  MockModel mock;
  mock.reply("hi");
  face::Codex codex(mock.config());
  auto turn = codex.thread_start().turn("hello");
  auto copy = turn;
  (void)turn.run();
  auto late = turn.stream();
  const auto event = late.next();
  REQUIRE(event);
  CHECK(event->is<events::TurnCompleted>());
  CHECK_FALSE(late.next());
  std::string first;
  for (const auto& each : copy.stream()) {  // an earlier copy has its own position
    if (first.empty()) first = each.method();
  }
  CHECK(first == "turn/started");
}

TEST_CASE("a command that prints 20 MB, read, read late, and never" * face::once) {
  MockModel mock;
  mock.on_request([](const codex::testing::ModelRequest& request) {
    const bool has_run = request.body.dump().find("function_call_output") != std::string::npos;
    return has_run ? Reply("done") : Reply{}.shell(flood, {.yield_time = 30s});
  });
  auto config = mock.config();
  config.event_buffer_bytes = 256 * 1024;
  face::Codex codex(std::move(config));
  auto read = codex.thread_start().turn("read");
  auto late = codex.thread_start().turn("late");
  auto never = codex.thread_start().turn("never");

  auto late_stream = late.stream();
  std::uint64_t seen = 0;
  auto stream = read.stream();
  while (stream.next()) ++seen;
  CHECK(seen > 0);
  for (auto* turn : {&read, &late, &never}) {
    const auto result = turn->run();
    CHECK(result.status == types::TurnStatus::completed);
    CHECK(result.final_response == "done");
    const auto* command = command_in(result);
    REQUIRE(command);
    REQUIRE(command->aggregated_output);
    CHECK(command->aggregated_output->size() > 1'000'000);
    CHECK(command->aggregated_output->size() < 2'000'000);
  }
  std::string last;
  std::uint64_t seen_late = 0;
  while (const auto event = late_stream.next()) {
    ++seen_late;
    last = event->method();
  }
  CHECK(late_stream.dropped() > 0);
  CHECK(last == "turn/completed");
  MESSAGE("20 MB: the late reader saw ", seen_late, " events and missed ", late_stream.dropped());
}

TEST_CASE("a signal interrupts the turn that has its token, and the error has the result so far") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const codex::testing::ModelRequest&) {
    return Reply{}.commentary("A start.").delta("never").wait_for(gate);
  });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const codex::StopOnSignal stop{SIGUSR1, SIGUSR2};
  auto turn = thread.turn("hello", {.stop = stop.token()});  // one that has begun has a result
  std::jthread presses([&] {
    if (gate.wait_reached(60s)) ::raise(SIGUSR2);
  });
  const auto error = error_of<codex::CancelledError>([&] { (void)turn.run(); });
  REQUIRE(error);
  CHECK(stop.signal() == SIGUSR2);
  REQUIRE(error->collected());
  CHECK(error->collected()->status == types::TurnStatus::interrupted);
  CHECK(becomes_idle(codex, thread));
}
