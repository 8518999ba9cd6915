#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async/event_loop.hpp>
#include <codex/async/promise.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/async/when.hpp>

#include "support/coroutines.hpp"
#include "support/messages.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;

Task<int> number(int value) { co_return value; }

Task<int> later(int value) {
  co_await sleep_for(1ms);
  co_return value;
}

Task<void> fail_later(const char* what) {
  co_await sleep_for(1ms);
  throw std::runtime_error(what);
}

/// Waits until it is stopped; then takes its time to end.
Task<int> until_stopped(bool& was_stopped) {
  try {
    co_await sleep_for(1h);
  } catch (const CancelledError&) {
    was_stopped = true;
  }
  co_await Promise<>().future();  // throws, as it is stopped
  co_return 0;
}

std::string error_of(EventLoop& loop) {
  return message_of<CodexError>([&] { loop.run(number(1)); });
}

}  // namespace

TEST_CASE("an event loop runs a task on the calling thread, and returns its value or its error") {
  const NoFrameIsLost check;
  EventLoop loop;
  CHECK(loop.run(number(1)) == 1);
  CHECK(loop.run(later(2)) == 2);
  CHECK_THROWS_WITH_AS(loop.run(fail_later("no")), "no", std::runtime_error);
  const auto boxed = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(3); };
  CHECK(*loop.run(boxed()) == 3);

  auto named = later(4);
  CHECK(loop.run(named) == 4);
  CHECK(contains(message_of<CodexError>([&] { loop.run(named); }), "awaited once"));

  // A function that makes the task: its captures live as long as the task.
  const std::string text = "captured, and longer than what a string holds in itself";
  CHECK(loop.run([text]() -> Task<std::string> {
    co_await sleep_for(1ms);
    co_return text;
  }) == text);
}

TEST_CASE("a task of an event loop, and what has the loop as executor, resume on its thread") {
  const NoFrameIsLost check;
  EventLoop loop;
  const auto here = std::this_thread::get_id();
  const auto where = []() -> Task<std::thread::id> {
    co_await sleep_for(1ms);
    co_return std::this_thread::get_id();
  };
  CHECK(loop.run(where()) == here);
  LoopThread other;
  CHECK(loop.run(where().on(other.executor())) == other.id());
  TaskScope scope(loop.executor());
  std::optional<std::thread::id> spawned;
  scope.spawn([](std::optional<std::thread::id>& found) -> Task<void> {
    co_await sleep_for(1ms);
    found = std::this_thread::get_id();
  }(spawned));
  loop.run(scope.join());
  CHECK(spawned == here);
}

TEST_CASE("an event loop without a task runs what is posted, in order, until it is stopped") {
  EventLoop loop;
  std::string order;
  loop.post([&] {
    order += 'a';
    loop.post([&] { order += 'c'; });
    loop.post([&] { loop.stop(); });
    loop.post([&] { order += 'd'; });  // after the stop: waits for the next run
  });
  loop.post([&] { order += 'b'; });
  loop.run();
  CHECK(order == "abc");
  loop.post([&] { loop.stop(); });
  loop.run();
  CHECK(order == "abcd");
}

TEST_CASE("any thread posts to an event loop, and stops it") {
  EventLoop loop;
  int sum = 0;  // of the loop's thread alone
  std::vector<std::jthread> threads;
  std::atomic<int> left = 3;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 1000; ++k) loop.post([&] { ++sum; });
      if (--left == 0) loop.post([&] { loop.stop(); });
    });
  }
  loop.run();
  CHECK(sum == 3000);
  const std::jthread stopper([&] { loop.stop(); });
  loop.run();
}

TEST_CASE("a stop ends one run: the present one, or the next") {
  const NoFrameIsLost check;
  EventLoop loop;
  loop.stop();
  bool was_run = false;
  Promise<int> answer;
  loop.post([&] {
    was_run = true;
    answer.set(1);
  });
  loop.run();
  CHECK_FALSE(was_run);
  CHECK(loop.run(answer.future()) == 1);  // the stop is used up
  CHECK(was_run);

  loop.stop();
  const auto is_stopped = []() -> Task<bool> {
    const auto stop = co_await current_stop();
    co_return stop.stop_requested();
  };
  CHECK(loop.run(is_stopped()));
  CHECK_FALSE(loop.run(is_stopped()));
}

TEST_CASE("a stop of an event loop stops its task, and the run ends when the task has") {
  const NoFrameIsLost check;
  EventLoop loop;
  bool was_stopped = false;
  SUBCASE("by the loop") {
    const std::jthread stopper([&] { loop.stop(); });
    CHECK_THROWS_AS(loop.run(until_stopped(was_stopped)), CodexError);
  }
  SUBCASE("by a stop token") {
    std::stop_source stop;
    loop.post([&] { stop.request_stop(); });
    CHECK_THROWS_AS(loop.run(until_stopped(was_stopped), stop.get_token()), CodexError);
  }
  CHECK(was_stopped);
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  loop.run(stop.get_token());  // without a task, too
}

TEST_CASE("what a posted function throws leaves an event loop, which can run again") {
  EventLoop loop;
  bool was_run = false;
  loop.post([] { throw std::runtime_error("posted"); });
  loop.post([&] {
    was_run = true;
    loop.stop();
  });
  CHECK_THROWS_WITH_AS(loop.run(), "posted", std::runtime_error);
  CHECK_FALSE(was_run);
  loop.run();
  CHECK(was_run);
}

TEST_CASE("what a posted function throws stops the task first, and then leaves the event loop") {
  const NoFrameIsLost check;
  EventLoop loop;
  bool was_stopped = false;
  loop.post([] { throw std::runtime_error("posted"); });
  loop.post([] { throw std::runtime_error("later"); });
  CHECK_THROWS_WITH_AS(loop.run(until_stopped(was_stopped)), "posted", std::runtime_error);
  CHECK(was_stopped);
  CHECK(loop.run(later(1)) == 1);
}

TEST_CASE("an event loop runs once at a time") {
  const NoFrameIsLost check;
  EventLoop loop;
  std::string within;
  std::string elsewhere;
  loop.post([&] {
    within = error_of(loop);
    std::thread([&] { elsewhere = error_of(loop); }).join();
    loop.stop();
  });
  loop.run();
  CHECK(contains(within, "runs already"));
  CHECK(contains(elsewhere, "runs already"));
  CHECK(loop.run(number(1)) == 1);
}

TEST_CASE("what waits when an event loop is destroyed is dropped, and so is what comes later") {
  const NoFrameIsLost check;
  bool was_run = false;
  Executor executor;
  const auto alive = std::make_shared<int>();
  {
    EventLoop loop;
    executor = loop.executor();
    TaskScope scope(executor);
    Promise<> never;
    scope.spawn(never.future());
    never.set();  // its resumption waits in the loop
    loop.post([&, alive, executor] { was_run = true; });
    executor([alive] {});
    CHECK(alive.use_count() == 3);
  }
  CHECK(alive.use_count() == 1);
  executor([&, alive] { was_run = true; });
  CHECK(alive.use_count() == 1);
  CHECK_FALSE(was_run);
}

TEST_CASE("an event loop holds a million functions, and refuses the next") {
  EventLoop loop;
  CHECK_THROWS_AS(loop.post(nullptr), CodexError);
  int count = 0;
  for (int i = 0; i < 1'000'000; ++i) loop.post([&] { ++count; });
  CHECK(contains(message_of<CodexError>([&] { loop.post([] {}); }), "1,000,000 functions"));
  loop.executor()([&] { loop.stop(); });  // the SDK's coroutines are never refused
  loop.run();
  CHECK(count == 1'000'000);
}

}  // namespace codex::testing
