#include "connection/event_log.hpp"

#include <atomic>
#include <memory>
#include <thread>

#include <doctest/doctest.h>

#include "connection/next_event.hpp"
#include "connection/subscription.hpp"
#include "support/await.hpp"
#include "support/messages.hpp"

namespace codex::detail {
namespace {

using testing::text_of;
using testing::turn_message;

/// A log, without an I/O thread: the test runs the timers.
struct LoggedFixture {
  std::shared_ptr<Timers> timers = std::make_shared<Timers>([] {});

  std::shared_ptr<EventLog> log(Retention retention, std::size_t max_bytes = 1 << 20) {
    return std::make_shared<EventLog>("turn u", retention, max_bytes, timers);
  }
};

void append(EventLog& log, std::string_view method, std::string_view text) {
  log.append(Notification(turn_message(method, "t", "u", text)));
}

/// All that is there to read, as one text.
std::string read_all(Subscription& subscription) {
  std::string texts;
  while (const auto event = subscription.try_next()) texts += text_of(*event);
  return texts;
}

/// What one event costs; see the limit below.
std::size_t cost_of(std::string_view method, std::string_view text) {
  return turn_message(method, "t", "u", text)->text.size() + 512;
}

constexpr const char* agent_delta = "item/agentMessage/delta";

}  // namespace

TEST_CASE_FIXTURE(LoggedFixture, "each reader gets every event, at its own pace") {
  const auto events = log(Retention::turn);
  Subscription fast(events);
  Subscription slow(events);
  append(*events, agent_delta, "a");
  append(*events, agent_delta, "b");
  CHECK(read_all(fast) == "ab");
  append(*events, agent_delta, "c");
  CHECK(read_all(fast) == "c");
  CHECK(read_all(slow) == "abc");
  CHECK_FALSE(slow.try_next());
}

TEST_CASE_FIXTURE(LoggedFixture,
                  "a turn's reader begins at now, a copy at the place of the original") {
  const auto events = log(Retention::turn);
  Subscription first(events);
  append(*events, agent_delta, "a");
  append(*events, agent_delta, "b");
  Subscription late(events);
  CHECK(text_of(*first.try_next()) == "a");
  Subscription copy = first.fork();
  append(*events, agent_delta, "c");
  CHECK(read_all(late) == "c");
  CHECK(read_all(copy) == "bc");
  CHECK(read_all(first) == "bc");
}

TEST_CASE_FIXTURE(LoggedFixture, "what all have read, and what nobody reads any more, is freed") {
  const auto events = log(Retention::turn);
  std::weak_ptr<const Message> watched;
  const auto append_watched = [&] {
    auto message = turn_message(agent_delta, "t", "u", "x");
    watched = message;
    events->append(Notification(std::move(message)));
  };
  Subscription reader(events);
  auto slow = std::make_unique<Subscription>(events);
  append_watched();
  CHECK(read_all(reader) == "x");
  CHECK_FALSE(watched.expired());
  CHECK(read_all(*slow) == "x");
  CHECK(watched.expired());
  append_watched();
  CHECK(read_all(reader) == "x");
  slow.reset();
  CHECK(watched.expired());
}

TEST_CASE_FIXTURE(LoggedFixture, "after the end readers get the rest, then nothing") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  append(*events, agent_delta, "a");
  events->finish();
  append(*events, agent_delta, "too late");
  CHECK_FALSE(reader.is_at_end());
  CHECK(read_all(reader) == "a");
  CHECK(reader.is_at_end());
  CHECK_FALSE(next_blocking(reader, testing::soon()));
}

TEST_CASE_FIXTURE(LoggedFixture,
                  "after a failure readers get the rest, then the error, each time") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  append(*events, agent_delta, "a");
  events->fail([] { return make_error<TransportClosedError>("gone"); });
  CHECK(text_of(*reader.try_next()) == "a");
  CHECK_THROWS_AS((void)reader.try_next(), TransportClosedError);
  CHECK_THROWS_AS((void)next_blocking(reader), TransportClosedError);
}

TEST_CASE_FIXTURE(LoggedFixture, "an event that is there is read, and the error left for later") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  append(*events, agent_delta, "a");
  events->fail([] { return make_error<TransportClosedError>("gone"); });
  CHECK(text_of(*reader.next_if_there()) == "a");
  CHECK_FALSE(reader.next_if_there());
  CHECK_THROWS_AS((void)reader.try_next(), TransportClosedError);
}

TEST_CASE_FIXTURE(LoggedFixture, "a wait that begins as the stream fails gets the error") {
  constexpr std::size_t rounds = 20'000;
  std::vector<std::shared_ptr<EventLog>> logs(rounds);
  for (auto& each : logs) each = log(Retention::turn);
  std::atomic<std::size_t> round = 0;
  std::jthread writer([&] {
    for (std::size_t i = 0; i < rounds; ++i) {
      while (round <= i) std::this_thread::yield();
      logs[i]->fail([] { return make_error<TransportClosedError>("gone"); });
    }
  });
  std::size_t lost = 0;
  // A crowded machine has time for fewer rounds.
  const TimePoint latest = Clock::now() + std::chrono::seconds{30};
  for (const auto& each : logs) {
    if (Clock::now() > latest) break;
    Subscription reader(each);
    const auto wait = [&reader]() -> Task<NextEvent> {
      co_return co_await next_event(reader, TimePoint::max(), {});
    };
    ++round;
    try {
      (void)sync_wait(wait());
      ++lost;
    } catch (const TransportClosedError&) {  // as it should be
    }
  }
  round = rounds;
  CHECK(lost == 0);
}

TEST_CASE_FIXTURE(LoggedFixture, "a wait completes with the next event, once") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  std::string got;
  reader.next(TimePoint::max(), {}, [&](Outcome<NextEvent> outcome) {
    got += text_of(*value_or_throw<NextEvent>(std::move(outcome)));
  });
  CHECK_THROWS_AS(reader.next(TimePoint::max(), {}, [](const auto&) {}), CodexError);
  append(*events, agent_delta, "a");
  append(*events, agent_delta, "b");
  CHECK(got == "a");
  CHECK(read_all(reader) == "b");
}

TEST_CASE_FIXTURE(LoggedFixture, "a completion may ask for the next event") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  std::string got;
  std::function<void(Outcome<NextEvent>)> on_event = [&](Outcome<NextEvent> outcome) {
    const auto event = value_or_throw<NextEvent>(std::move(outcome));
    got += event ? text_of(*event) : "end";
    if (event) reader.next(TimePoint::max(), {}, on_event);
  };
  reader.next(TimePoint::max(), {}, on_event);
  append(*events, agent_delta, "a");
  append(*events, agent_delta, "b");
  events->finish();
  CHECK(got == "abend");
}

TEST_CASE_FIXTURE(LoggedFixture, "a wait ends with its deadline, its stop token, or its reader") {
  const auto events = log(Retention::turn);
  auto reader = std::make_unique<Subscription>(events);
  std::exception_ptr error;
  const auto keep = [&](Outcome<NextEvent> outcome) {
    error = std::get<std::exception_ptr>(outcome);
  };

  reader->next(Clock::now() - std::chrono::seconds{1}, {}, keep);
  timers->run_due();
  CHECK_THROWS_AS(std::rethrow_exception(error), TimeoutError);

  std::stop_source stop;  // NOLINT(misc-const-correctness): request_stop of libc++
  reader->next(TimePoint::max(), stop.get_token(), keep);
  stop.request_stop();
  timers->run_due();
  CHECK_THROWS_AS(std::rethrow_exception(error), CancelledError);

  error = nullptr;
  reader->next(TimePoint::max(), {}, keep);
  reader.reset();
  CHECK_THROWS_AS(std::rethrow_exception(error), CancelledError);
}

TEST_CASE_FIXTURE(LoggedFixture, "after a wait that timed out nothing is lost") {
  const auto events = log(Retention::turn);
  Subscription reader(events);
  int completions = 0;
  reader.next(Clock::now() - std::chrono::seconds{1}, {}, [&](const auto&) { ++completions; });
  timers->run_due();
  append(*events, agent_delta, "a");
  CHECK(completions == 1);
  CHECK(read_all(reader) == "a");
}

TEST_CASE_FIXTURE(LoggedFixture, "a full log drops the oldest deltas first, and counts them") {
  const auto events = log(Retention::turn, 3 * cost_of(agent_delta, "x"));
  Subscription slow(events);
  for (const char* text : {"a", "b", "c", "d", "e"}) append(*events, agent_delta, text);
  CHECK(slow.dropped() == 2);
  CHECK(read_all(slow) == "cde");
  CHECK(slow.dropped() == 2);
}

TEST_CASE_FIXTURE(LoggedFixture, "then the rest, but never what the result is made of") {
  const auto events = log(Retention::turn, 1);
  Subscription slow(events);
  append(*events, "item/started", "s");
  append(*events, agent_delta, "d");
  append(*events, "item/commandExecution/outputDelta", "o");
  append(*events, "item/completed", "I");
  append(*events, "thread/tokenUsage/updated", "U");
  append(*events, "error", "E");
  append(*events, "turn/completed", "C");
  events->finish();
  CHECK(read_all(slow) == "IUEC");
  CHECK(slow.dropped() == 3);
  CHECK(slow.is_at_end());
}

TEST_CASE_FIXTURE(LoggedFixture, "deltas go before other events that are older") {
  const std::size_t limit = cost_of("item/started", "s") + cost_of("item/completed", "I") + 10;
  const auto events = log(Retention::turn, limit);
  Subscription slow(events);
  append(*events, "item/started", "s");
  append(*events, agent_delta, "d");
  append(*events, "item/completed", "I");
  CHECK(read_all(slow) == "sI");
}

TEST_CASE_FIXTURE(LoggedFixture, "only the slow reader loses events") {
  const auto events = log(Retention::turn, 3 * cost_of(agent_delta, "x"));
  Subscription fast(events);
  const Subscription slow(events);
  std::string got;
  for (const char* text : {"a", "b", "c", "d", "e"}) {
    append(*events, agent_delta, text);
    got += read_all(fast);
  }
  CHECK(got == "abcde");
  CHECK(fast.dropped() == 0);
  CHECK(slow.dropped() == 2);
}

TEST_CASE_FIXTURE(LoggedFixture, "a stream keeps what nobody has read yet for whoever comes") {
  const auto events = log(Retention::stream, 3 * cost_of("warning", "x"));
  for (const char* text : {"a", "b", "c", "d"}) append(*events, "warning", text);
  auto first = std::make_unique<Subscription>(events);
  CHECK(first->dropped() == 1);
  CHECK(text_of(*first->try_next()) == "b");
  first.reset();
  Subscription second(events);
  CHECK(read_all(second) == "cd");
  CHECK(second.dropped() == 0);
}

TEST_CASE_FIXTURE(LoggedFixture,
                  "a stream that nobody reads keeps a little, one that is read all") {
  constexpr std::size_t little = EventLog::max_bytes_for_nobody;
  const auto events = log(Retention::stream, 4 * little);
  const std::string text(little / 8, 'x');
  const auto append_twice_the_little = [&] {
    for (int i = 0; i < 16; ++i) append(*events, "warning", text);
  };
  append_twice_the_little();
  CHECK(events->held_bytes() <= little);
  CHECK(events->held_bytes() > little / 2);
  {
    const Subscription reader(events);
    append_twice_the_little();
    CHECK(events->held_bytes() > 2 * little);
    CHECK(reader.dropped() == 16 - 7);
  }
  append(*events, "warning", text);
  CHECK(events->held_bytes() <= little);
}

TEST_CASE_FIXTURE(LoggedFixture, "a reader on another thread gets everything in order") {
  constexpr int count = 20'000;
  const auto events = log(Retention::turn, 64 << 20);
  Subscription reader(events);
  std::thread writer([&] {
    for (int i = 0; i < count; ++i) append(*events, agent_delta, std::to_string(i));
    events->finish();
  });
  int next = 0;
  while (const auto event = next_blocking(reader, testing::soon())) {
    if (text_of(*event) != std::to_string(next)) break;
    ++next;
  }
  writer.join();
  CHECK(next == count);
}

namespace {

struct Seen final : EventObserver {
  std::string texts;
  int ends = 0;
  bool has_failed = false;

  void on_event(const Notification& event) noexcept override { texts += text_of(event); }
  void on_end(std::exception_ptr error) noexcept override {
    ++ends;
    has_failed = error != nullptr;
  }
};

}  // namespace

TEST_CASE_FIXTURE(LoggedFixture,
                  "an observer sees all from its place on, read or not, and the end") {
  const auto events = log(Retention::turn, 1);
  auto place = std::make_unique<Subscription>(events);
  append(*events, "item/completed", "a");
  const auto seen = std::make_shared<Seen>();
  place->observe(seen);
  place.reset();
  append(*events, agent_delta, "b");
  CHECK(events->held_bytes() == 0);
  events->finish();
  append(*events, agent_delta, "c");
  CHECK(seen->texts == "ab");
  CHECK(seen->ends == 1);
  CHECK_FALSE(seen->has_failed);
  CHECK(seen.use_count() == 1);
}

TEST_CASE_FIXTURE(LoggedFixture, "an observer of a log that has ended sees that") {
  const auto events = log(Retention::turn);
  const Subscription place(events);
  append(*events, agent_delta, "a");
  events->fail([] { return make_error<TransportClosedError>("gone"); });
  const auto seen = std::make_shared<Seen>();
  place.observe(seen);
  CHECK(seen->texts == "a");
  CHECK(seen->has_failed);
}

TEST_CASE_FIXTURE(LoggedFixture, "an observer that is forgotten sees nothing more") {
  const auto events = log(Retention::turn);
  const Subscription place(events);
  const auto seen = std::make_shared<Seen>();
  place.observe(seen);
  events->forget(seen.get());
  append(*events, agent_delta, "a");
  events->finish();
  CHECK(seen->texts.empty());
  CHECK(seen->ends == 0);
}

}  // namespace codex::detail
