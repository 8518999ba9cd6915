#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async/promise.hpp>
#include <codex/async/task.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/async/when.hpp>

#include "support/coroutines.hpp"
#include "support/messages.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;

Task<std::thread::id> thread_after(Task<void> wait) {
  co_await wait;
  co_return std::this_thread::get_id();
}

template <class T, class... Value>
concept Sets = requires(Promise<T>& promise, Value... value) { promise.set(value...); };

std::string error_of(Task<int> task) {
  return message_of<CodexError>([&] { (void)sync_wait(std::move(task)); });
}

}  // namespace

TEST_CASE("a promise gives its value to those who wait, and to those who ask later") {
  const NoFrameIsLost check;
  Promise<std::string> name;
  ManualLoop loop;
  Begun<std::string> first(name.future(), loop);
  Begun<std::string> second(name.future(), loop);
  CHECK_FALSE(first.has_ended());
  CHECK(name.set("Ada"));
  REQUIRE(loop.run_until([&] { return first.has_ended() && second.has_ended(); }));
  CHECK(first.take() == "Ada");
  CHECK(second.take() == "Ada");
  CHECK(sync_wait(name.future()) == "Ada");
}

TEST_CASE("setting a promise a second time changes nothing, and says so") {
  const NoFrameIsLost check;
  Promise<int> number;
  CHECK(number.set(1));
  CHECK_FALSE(number.set(2));
  CHECK_FALSE(number.set_exception(std::make_exception_ptr(std::runtime_error("late"))));
  CHECK(sync_wait(number.future()) == 1);
}

TEST_CASE("a promise passes on an error, to each future") {
  const NoFrameIsLost check;
  Promise<int> number;
  CHECK(number.set_exception(std::make_exception_ptr(std::runtime_error("no number"))));
  CHECK_FALSE(number.set(1));
  for (int i = 0; i < 2; ++i) {
    CHECK_THROWS_WITH_AS((void)sync_wait(number.future()), "no number", std::runtime_error);
  }
  Promise<> none;
  CHECK_THROWS_WITH_AS(none.set_exception(nullptr), "set_exception needs an exception", CodexError);
  none.set();
  sync_wait(none.future());
}

TEST_CASE("a promise's waiter resumes on its own executor, not in set") {
  const NoFrameIsLost check;
  Promise<> go;
  ManualLoop loop;
  Begun<std::thread::id> waiting(thread_after(go.future()), loop);
  std::thread setter([&] { go.set(); });
  setter.join();
  CHECK_FALSE(waiting.has_ended());
  REQUIRE(loop.run_until([&] { return waiting.has_ended(); }));
  CHECK(waiting.take() == std::this_thread::get_id());
}

TEST_CASE("a promise that is destroyed unset tells those who wait") {
  const NoFrameIsLost check;
  std::optional<Promise<int>> number(std::in_place);
  ManualLoop loop;
  Begun<int> waiting(number->future(), loop);
  auto not_begun = number->future();
  SUBCASE("destroyed") { number.reset(); }
  SUBCASE("assigned another") { *number = Promise<int>(); }
  REQUIRE(loop.run_until([&] { return waiting.has_ended(); }));
  CHECK_THROWS_WITH_AS((void)waiting.take(), "The promise was destroyed before it was set",
                       CodexError);
  CHECK(error_of(std::move(not_begun)) == "The promise was destroyed before it was set");
}

TEST_CASE("a promise that moves keeps its futures; the one that was moved from is refused") {
  const NoFrameIsLost check;
  Promise<int> first;
  auto future = first.future();
  Promise<int> second = std::move(first);
  // NOLINTBEGIN(bugprone-use-after-move): this is what it is about
  CHECK_THROWS_WITH_AS(first.set(1), "This promise was moved from", CodexError);
  CHECK_THROWS_WITH_AS((void)first.future(), "This promise was moved from", CodexError);
  // NOLINTEND(bugprone-use-after-move)
  second.set(2);
  CHECK(sync_wait(std::move(future)) == 2);
  CHECK(sync_wait(second.future()) == 2);
}

TEST_CASE("a value that can only be moved goes to one future; the next is refused") {
  const NoFrameIsLost check;
  Promise<std::unique_ptr<int>> number;
  number.set(std::make_unique<int>(7));
  CHECK(*sync_wait(number.future()) == 7);
  CHECK_THROWS_WITH_AS((void)sync_wait(number.future()),
                       "Another future took the promise's value, which is not copied", CodexError);
}

TEST_CASE("a stop ends the wait for a promise, which may still be set and awaited") {
  const NoFrameIsLost check;
  Promise<int> number;
  std::stop_source stop;
  ManualLoop loop;
  SUBCASE("of the future's own token") {
    Begun<int> waiting(number.future(stop.get_token()), loop);
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return waiting.has_ended(); }));
    CHECK_THROWS_AS((void)waiting.take(), CancelledError);
  }
  SUBCASE("of the coroutine that waits") {
    Begun<int> waiting(number.future(), loop, stop.get_token());
    stop.request_stop();
    REQUIRE(loop.run_until([&] { return waiting.has_ended(); }));
    CHECK_THROWS_AS((void)waiting.take(), CancelledError);
  }
  SUBCASE("of a scope") {
    TaskScope scope(loop.executor());
    scope.spawn([](const Promise<int>& its) -> Task<void> { (void)co_await its.future(); }(number));
    scope.request_stop();
    REQUIRE(loop.run_until([&] { return scope.running() == 0; }));
    CHECK_THROWS_AS(sync_wait(scope.join()), CancelledError);
  }
  SUBCASE("requested before the wait") {
    stop.request_stop();
    CHECK_THROWS_AS((void)sync_wait(number.future(stop.get_token())), CancelledError);
  }
  SUBCASE("by a deadline") {
    CHECK_THROWS_AS((void)sync_wait(with_timeout(number.future(), 1ms)), TimeoutError);
  }
  CHECK(number.set(3));
  CHECK(sync_wait(number.future()) == 3);
}

TEST_CASE("a wait for a promise that is given up leaves nothing behind") {
  const NoFrameIsLost check;
  Promise<int> number;
  ManualLoop loop;
  {
    Begun<int> waiting(number.future(), loop);
    waiting.give_up();
  }
  CHECK(number.set(1));
  CHECK_FALSE(loop.has_work_now());
  {
    Promise<int> another;
    Begun<int> waiting(another.future(), loop);
    another.set(2);
    waiting.give_up();  // its resumption is posted already
    CHECK(loop.run_one());
    CHECK(sync_wait(another.future()) == 2);  // the value is not lost
  }
}

TEST_CASE("many threads answer a promise at once: one of them wins, and every waiter agrees") {
  const NoFrameIsLost check;
  for (int round = 0; round < 200; ++round) {
    Promise<int> winner;
    std::atomic<int> wins = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&, i] { wins += winner.set(i) ? 1 : 0; });
    }
    const auto [a, b] = sync_wait(when_all(winner.future(), winner.future()));
    CHECK(a == b);
    threads.clear();
    CHECK(wins == 1);
  }
}

TEST_CASE("the waiter may destroy the promise while set has not returned") {
  const NoFrameIsLost check;
  LoopThread loop;
  const auto ask = [](std::atomic<Promise<int>*>& asked) -> Task<int> {
    Promise<int> answer;
    asked = &answer;
    co_return co_await answer.future();
  };
  for (int round = 0; round < 500; ++round) {
    std::atomic<Promise<int>*> asked = nullptr;
    std::thread answerer([&] {
      while (asked == nullptr) std::this_thread::yield();
      asked.load()->set(round);
    });
    CHECK(sync_wait(ask(asked).on(loop.executor())) == round);
    answerer.join();
  }
}

TEST_CASE("a stop and an answer at the same moment: the wait ends once, with one of them") {
  const NoFrameIsLost check;
  for (int round = 0; round < 200; ++round) {
    Promise<int> number;
    std::stop_source stop;
    std::jthread setter([&] { number.set(1); });
    std::jthread stopper([&] { stop.request_stop(); });
    int value = 0;
    try {
      value = sync_wait(number.future(), stop.get_token());
    } catch (const CancelledError&) {
      value = sync_wait(number.future());  // the answer is not lost
    }
    CHECK(value == 1);
  }
}

TEST_CASE("a promise turns what fits into its value") {
  const NoFrameIsLost check;
  Promise<std::vector<int>> list;
  CHECK(list.set({1, 2, 3}));
  CHECK(sync_wait(list.future()).size() == 3);
  static_assert(Sets<int, int> && Sets<double, int> && Sets<void>);
  static_assert(!Sets<int, std::string> && !Sets<int> && !Sets<void, int>);
}

}  // namespace codex::testing
