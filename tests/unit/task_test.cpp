// Coroutines by themselves: tasks, their combinations, their executors, and their ends.

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async/retry.hpp>
#include <codex/async/task.hpp>
#include <codex/async/task_scope.hpp>
#include <codex/async/when.hpp>

#include "support/coroutines.hpp"
#include "support/processes.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;
using ThreadId = std::thread::id;

Task<int> number(int value) { co_return value; }
Task<void> nothing() { co_return; }

Task<int> fail(const char* what) {
  throw std::runtime_error(what);
  co_return 0;
}

Task<int> later(int value, std::chrono::milliseconds time = 1ms) {
  co_await sleep_for(time);
  co_return value;
}

Task<int> fail_later(const char* what) {
  co_await sleep_for(1ms);
  throw std::runtime_error(what);
}

/// Waits until it is stopped, and says so.
Task<int> until_stopped(int& stopped) {
  try {
    co_await sleep_for(1h);
  } catch (const CancelledError&) {
    ++stopped;
    throw;
  }
  co_return 0;
}

/// Counts itself while it is there.
class Guest {
 public:
  explicit Guest(int& count) : count_(count) { ++count_; }
  Guest(const Guest&) = delete;
  Guest(Guest&&) = delete;
  Guest& operator=(const Guest&) = delete;
  Guest& operator=(Guest&&) = delete;
  ~Guest() { --count_; }

 private:
  int& count_;
};

Task<void> sleep_with(int& guests, std::chrono::milliseconds time = 1h) {
  const Guest outer(guests);
  const auto inner = [](int& count, std::chrono::milliseconds how_long) -> Task<void> {
    const Guest guest(count);
    co_await sleep_for(how_long);
  };
  co_await inner(guests, time);
}

Task<ThreadId> thread_after(std::chrono::milliseconds time) {
  co_await sleep_for(time);
  co_return std::this_thread::get_id();
}

/// Waits until the test resumes it: a short sleep may end before anything waits for it, and a
/// completed wait does not leave its thread.
Task<void> until(std::stop_token go) {
  try {
    co_await sleep_for(20s, std::move(go));
  } catch (const CancelledError&) {  // NOLINT(bugprone-empty-catch): it goes on
  }
}

Task<ThreadId> thread_behind(std::stop_token go) {
  co_await until(std::move(go));
  co_return std::this_thread::get_id();
}

}  // namespace

TEST_CASE("a task does nothing until it is awaited") {
  const NoFrameIsLost check;
  int begun = 0;
  const auto begin = [](int& count) -> Task<void> {
    ++count;
    co_return;
  };
  auto task = begin(begun);
  CHECK(begun == 0);
  { const auto dropped = begin(begun); }
  CHECK(begun == 0);
  sync_wait(std::move(task));
  CHECK(begun == 1);
}

TEST_CASE("a task gives what it returns, also what can only be moved, or throws what it throws") {
  const NoFrameIsLost check;
  const auto boxed = [](int value) -> Task<std::unique_ptr<int>> {
    co_return std::make_unique<int>(co_await number(value));
  };
  CHECK(*sync_wait(boxed(7)) == 7);
  CHECK(sync_wait(later(8)) == 8);
  CHECK_THROWS_WITH_AS(sync_wait(fail("at once")), "at once", std::runtime_error);
  CHECK_THROWS_WITH_AS(sync_wait(fail_later("later")), "later", std::runtime_error);
  const auto caught = []() -> Task<std::string> {
    std::string what;
    try {
      (void)co_await fail_later("inside");
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    co_await sleep_for(1ms);
    co_return what;
  };
  CHECK(sync_wait(caught()) == "inside");
}

TEST_CASE("a task that was awaited before, or moved from, is refused") {
  const NoFrameIsLost check;
  const auto twice = []() -> Task<void> {
    auto task = later(1);
    CHECK(co_await task == 1);
    bool is_refused = false;
    try {
      (void)co_await task;
    } catch (const CodexError& error) {
      is_refused = contains(error.what(), "awaited once");
    }
    CHECK(is_refused);
  };
  sync_wait(twice());
  auto task = number(1);
  CHECK(sync_wait(std::move(task)) == 1);
  CHECK_THROWS_AS((void)sync_wait(std::move(task)), CodexError);  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a long loop of awaits does not grow the stack, whether they wait or not") {
  const NoFrameIsLost check;
  const auto sum = [](int count) -> Task<std::int64_t> {
    std::int64_t total = 0;
    for (int i = 0; i < count; ++i) total += co_await number(i);
    co_return total;
  };
  CHECK(sync_wait(sum(300'000)) == std::int64_t{300'000} * 299'999 / 2);
  const auto hops = [](Executor executor, int count) -> Task<long> {
    long total = 0;
    for (int i = 0; i < count; ++i) total += co_await number(1).on(executor);
    co_return total;
  };
  LoopThread loop;
  CHECK(sync_wait(hops(loop.executor(), 20'000)) == 20'000);
}

TEST_CASE("a task that is given up while it waits ends what it was in, and is never gone on with") {
  const NoFrameIsLost check;
  int guests = 0;
  ManualLoop loop;
  Begun<void> waiting(sleep_with(guests), loop);
  CHECK(guests == 2);
  waiting.give_up();
  CHECK(guests == 0);

  // A function that is already posted to its loop is cancelled, too. A stop wakes it, since a short
  // sleep may end before anything waits for it.
  std::stop_source stop;
  Begun<void> woken(sleep_with(guests), loop, stop.get_token());
  stop.request_stop();
  REQUIRE(loop.has_work());
  woken.give_up();
  CHECK(guests == 0);
  CHECK(loop.run_one());
}

TEST_CASE("a task can be given up at any moment of its wait") {
  const NoFrameIsLost check;
  int guests = 0;
  ManualLoop loop;
  for (int i = 0; i < 300; ++i) {
    Begun<void> task(sleep_with(guests, std::chrono::milliseconds(i % 3)), loop);
    if (i % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(i * 10));
    task.give_up();
    CHECK(guests == 0);
  }
}

TEST_CASE("a coroutine whose executor drops it stays as it is until its owner frees it") {
  const NoFrameIsLost check;
  std::atomic<int> dropped = 0;
  int guests = 0;
  {
    auto task = sleep_with(guests, 1ms).on([&](const std::function<void()>&) { ++dropped; });
    ManualLoop unused;
    const Begun<void> begun(std::move(task), unused);
    CHECK(dropped == 1);
    CHECK_FALSE(begun.has_ended());
  }
  CHECK(guests == 0);
}

TEST_CASE("sleep_for sleeps, unless it is stopped, and has no time for none") {
  const NoFrameIsLost check;
  const auto begin = std::chrono::steady_clock::now();
  sync_wait(sleep_for(30ms));
  CHECK(std::chrono::steady_clock::now() - begin >= 30ms);
  sync_wait(sleep_for(0ms));
  sync_wait(sleep_for(-1h));

  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  CHECK_THROWS_AS(sync_wait(sleep_for(1h, stop.get_token())), CancelledError);
  CHECK_THROWS_AS(sync_wait(sleep_for(1h), stop.get_token()), CancelledError);
  CHECK_THROWS_AS(sync_wait(sleep_for(std::chrono::milliseconds::max()), stop.get_token()),
                  CancelledError);
}

TEST_CASE("a stop token reaches every coroutine below") {
  const NoFrameIsLost check;
  std::stop_source stop;
  const auto deep = []() -> Task<bool> { co_return (co_await current_stop()).stop_requested(); };
  const auto outer = [](auto inner) -> Task<bool> { co_return co_await inner(); };
  CHECK_FALSE(sync_wait(outer(deep), stop.get_token()));
  stop.request_stop();
  CHECK(sync_wait(outer(deep), stop.get_token()));
  CHECK_FALSE(sync_wait(outer(deep)));
}

TEST_CASE(
    "a coroutine goes on where it was: on the thread of sync_wait, of its executor, or ours") {
  const NoFrameIsLost check;
  const ThreadId here = std::this_thread::get_id();
  CHECK(sync_wait(thread_after(1ms)) == here);

  LoopThread loop;
  CHECK(sync_wait(thread_after(1ms).on(loop.executor())) == loop.id());

  // The awaiter of a task with its own executor resumes there.
  const auto awaits = [](Executor executor,
                         std::stop_token go) -> Task<std::pair<ThreadId, ThreadId>> {
    const ThreadId inside = co_await thread_behind(std::move(go)).on(executor);
    co_return std::pair(inside, std::this_thread::get_id());
  };
  std::stop_source go;
  ManualLoop unused;
  Begun<std::pair<ThreadId, ThreadId>> awaiting(awaits(loop.executor(), go.get_token()), unused);
  go.request_stop();
  REQUIRE(comes_true([&] { return awaiting.has_ended(); }));
  const auto [inside, after] = awaiting.take();
  CHECK(inside == loop.id());
  CHECK(after == loop.id());

  // It begins there, too, not only goes on.
  const auto begins = []() -> Task<ThreadId> { co_return std::this_thread::get_id(); };
  CHECK(sync_wait(begins().on(loop.executor())) == loop.id());

  std::mutex mutex;
  std::vector<ThreadId> ours;
  const auto note = [&](const std::exception_ptr&, std::optional<ThreadId> id) {
    const std::lock_guard lock(mutex);
    ours.push_back(*id);
  };
  std::stop_source both_wait;
  detach(thread_behind(both_wait.get_token()), note);
  detach(thread_behind(both_wait.get_token()), note);
  both_wait.request_stop();
  REQUIRE(comes_true([&] {
    const std::lock_guard lock(mutex);
    return ours.size() == 2;
  }));
  CHECK(ours[0] == ours[1]);
  CHECK(ours[0] != here);
  CHECK(ours[0] != loop.id());
}

TEST_CASE("a task that is put on no executor runs on the SDK's own thread") {
  const NoFrameIsLost check;
  const auto own = codex::detail::own_executor();
  const ThreadId ours = sync_wait(thread_after(1ms).on(*own));
  CHECK(ours != std::this_thread::get_id());

  ManualLoop loop;
  Begun<ThreadId> task(thread_after(1ms).on(Executor()), loop);
  REQUIRE(comes_true([&] { return task.has_ended(); }));
  CHECK(task.take() == ours);
  CHECK_FALSE(loop.has_work_now());
}

TEST_CASE("the SDK's own thread is there only while somebody needs it") {
  const auto before = running_threads();
  sync_wait(sleep_for(1ms));  // for that alone
  CHECK(comes_true([&] { return running_threads() <= before; }));
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> is_over = false;
    detach(sleep_for(1ms), [&](const std::exception_ptr&) { is_over = true; });
    CHECK(comes_true([&] { return is_over.load(); }));
  }
  CHECK(comes_true([&] { return running_threads() <= before; }));
}

TEST_CASE("sync_wait works on many threads at once, and inside of another one's coroutine") {
  const NoFrameIsLost check;
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        for (int j = 0; j < 20; ++j) right += sync_wait(later(i, 0ms)) == i;
      });
    }
  }
  CHECK(right == 160);
  const auto nested = []() -> Task<int> {
    co_await sleep_for(1ms);
    co_return sync_wait(later(5));
  };
  CHECK(sync_wait(nested()) == 5);
}

TEST_CASE("detach tells the value or the error where the task ends, on its executor") {
  const NoFrameIsLost check;
  ManualLoop loop;
  int value = 0;
  std::string error;
  const auto done = [&](const std::exception_ptr& failure, std::optional<int> result) {
    value = result.value_or(-1);
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& what) {
      error = what.what();
    }
  };
  detach(number(3), done, loop.executor());
  CHECK(value == 3);  // it had nothing to wait for
  detach(later(4), done, loop.executor());
  CHECK(loop.run_until([&] { return value == 4; }));
  detach(fail_later("no"), done, loop.executor());
  CHECK(loop.run_until([&] { return value == -1; }));
  CHECK(error == "no");

  std::stop_source stop;
  error.clear();
  detach(later(1, 1h), done, loop.executor(), stop.get_token());
  stop.request_stop();
  CHECK(loop.run_until([&] { return !error.empty(); }));
}

TEST_CASE("when_all gives all values, and begins each task before the first wait, in order") {
  const NoFrameIsLost check;
  std::string order;
  std::stop_source last_has_begun;
  const auto begin = [](std::string& names, char name, std::stop_source go) -> Task<char> {
    names += name;
    if (name == 'b') go.request_stop();
    co_await until(go.get_token());
    names += name;
    co_return name;
  };
  const auto [a, b, c] = sync_wait(
      when_all(begin(order, 'a', last_has_begun), number(2), begin(order, 'b', last_has_begun)));
  CHECK(a == 'a');
  CHECK(b == 2);
  CHECK(c == 'b');
  CHECK(order.starts_with("ab"));

  const auto both = sync_wait(when_all(nothing(), later(1)));
  CHECK(std::get<0>(both) == std::monostate());

  std::vector<Task<int>> many;
  for (int i = 0; i < 1000; ++i) many.push_back(i % 2 == 0 ? number(i) : later(i, 0ms));
  const std::vector<int> values = sync_wait(when_all(std::move(many)));
  REQUIRE(values.size() == 1000);
  for (int i = 0; i < 1000; ++i) CHECK(values[i] == i);
  CHECK(sync_wait(when_all(std::vector<Task<int>>())).empty());
}

TEST_CASE(
    "an error of one task of when_all stops the others, and is passed on when all have ended") {
  const NoFrameIsLost check;
  int stopped = 0;
  CHECK_THROWS_WITH_AS(
      (void)sync_wait(when_all(until_stopped(stopped), fail_later("one"), until_stopped(stopped))),
      "one", std::runtime_error);
  CHECK(stopped == 2);

  std::vector<Task<int>> many;
  many.push_back(until_stopped(stopped));
  many.push_back(fail("at once"));
  many.push_back(until_stopped(stopped));  // begins, and hears of the stop
  CHECK_THROWS_WITH_AS((void)sync_wait(when_all(std::move(many))), "at once", std::runtime_error);
  CHECK(stopped == 4);

  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  CHECK_THROWS_AS(
      (void)sync_wait(when_all(until_stopped(stopped), until_stopped(stopped)), stop.get_token()),
      CancelledError);
  CHECK(stopped == 6);
}

/// How many of its tasks run, and the most at once.
struct Crowd {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  std::atomic<int> begun = 0;
  std::stop_source is_full;  // four were there at once

  Task<int> one(int value) {
    ++begun;
    const int here = ++now;
    int before = most;
    while (before < here && !most.compare_exchange_weak(before, here)) continue;
    if (here == 4) is_full.request_stop();
    co_await until(is_full.get_token());
    co_await sleep_for(std::chrono::milliseconds(value % 3));
    --now;
    co_return value;
  }
};

TEST_CASE("when_all with a limit runs so many tasks at once, and keeps the order of the values") {
  const NoFrameIsLost check;
  Crowd crowd;
  std::vector<Task<int>> tasks;
  for (int i = 0; i < 100; ++i) tasks.push_back(crowd.one(i));
  const auto values = sync_wait(when_all(std::move(tasks), {.at_most = 4}));
  REQUIRE(values.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(values[i] == i);
  CHECK(crowd.most == 4);

  std::vector<Task<int>> few;
  few.push_back(later(1));
  few.push_back(number(2));
  CHECK(sync_wait(when_all(std::move(few), {.at_most = 100})) == std::vector{1, 2});
  std::vector<Task<int>> all;
  all.push_back(number(3));
  CHECK(sync_wait(when_all(std::move(all), {})) == std::vector{3});
  CHECK(sync_wait(when_all(std::vector<Task<int>>(), {.at_most = 1})).empty());
  std::vector<Task<void>> nothings;
  nothings.push_back(nothing());
  nothings.push_back(sleep_for(1ms));
  CHECK(sync_wait(when_all(std::move(nothings), {.at_most = 1})).size() == 2);
}

TEST_CASE("when_all with a limit that is 0, or with a task that was awaited before, runs none") {
  const NoFrameIsLost check;
  Crowd crowd;
  std::vector<Task<int>> tasks;
  tasks.push_back(crowd.one(1));
  CHECK_THROWS_WITH_AS((void)sync_wait(when_all(std::move(tasks), {.at_most = 0})),
                       "when_all runs no task: at_most is 0", CodexError);
  std::vector<Task<int>> used;
  used.push_back(crowd.one(1));
  used.push_back(crowd.one(2));
  [[maybe_unused]] const auto taken = std::move(used[1]);
  CHECK_THROWS_AS((void)sync_wait(when_all(std::move(used), {.at_most = 1})), CodexError);
  CHECK(crowd.begun == 0);
}

TEST_CASE("an error in when_all with a limit stops what runs, and nothing else begins") {
  const NoFrameIsLost check;
  int stopped = 0;
  Crowd crowd;
  std::vector<Task<int>> tasks;
  tasks.push_back(until_stopped(stopped));
  tasks.push_back(number(1));
  tasks.push_back(fail_later("third"));
  tasks.push_back(crowd.one(1));
  CHECK_THROWS_WITH_AS((void)sync_wait(when_all(std::move(tasks), {.at_most = 2})), "third",
                       std::runtime_error);
  CHECK(stopped == 1);
  CHECK(crowd.begun == 0);
}

TEST_CASE("a stop of when_all with a limit reaches what runs, and nothing else begins") {
  const NoFrameIsLost check;
  Crowd crowd;
  std::stop_source stop;
  const auto ends_well = [](std::stop_source& its_stop) -> Task<int> {
    its_stop.request_stop();
    co_return 1;
  };
  std::vector<Task<int>> tasks;
  tasks.push_back(ends_well(stop));
  tasks.push_back(crowd.one(1));
  CHECK_THROWS_WITH_AS(
      (void)sync_wait(when_all(std::move(tasks), {.at_most = 1}), stop.get_token()),
      "Cancelled before every task had begun", CancelledError);
  CHECK(crowd.begun == 0);

  std::vector<Task<int>> last;  // all have begun: there is nothing to miss
  last.push_back(ends_well(stop));
  std::stop_source fresh;
  CHECK(sync_wait(when_all(std::move(last), {.at_most = 1}), fresh.get_token()).size() == 1);

  int stopped = 0;
  std::vector<Task<int>> waiting;
  for (int i = 0; i < 5; ++i) waiting.push_back(until_stopped(stopped));
  const std::jthread stopper([&] { fresh.request_stop(); });
  CHECK_THROWS_AS((void)sync_wait(when_all(std::move(waiting), {.at_most = 2}), fresh.get_token()),
                  CancelledError);
  CHECK(stopped <= 2);
}

TEST_CASE("each task of when_all with a limit begins on the awaiter's executor") {
  const NoFrameIsLost check;
  LoopThread loop;
  LoopThread other;
  const auto where = [](std::vector<ThreadId>& began, Executor elsewhere) -> Task<void> {
    began.push_back(std::this_thread::get_id());
    co_await sleep_for(1ms).on(elsewhere);
  };
  std::vector<ThreadId> began;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 4; ++i) tasks.push_back(where(began, other.executor()));
  sync_wait(when_all(std::move(tasks), {.at_most = 2}).on(loop.executor()));
  CHECK(began == std::vector(4, loop.id()));
}

TEST_CASE("when_all with a limit that is given up takes its tasks along, begun or not") {
  const NoFrameIsLost check;
  int guests = 0;
  ManualLoop loop;
  std::vector<Task<void>> tasks;
  for (int i = 0; i < 5; ++i) tasks.push_back(sleep_with(guests));
  Begun<std::vector<std::monostate>> waiting(when_all(std::move(tasks), {.at_most = 2}), loop);
  CHECK(guests == 4);
  waiting.give_up();
  CHECK(guests == 0);
}

TEST_CASE("when_any gives what ends first, and stops the others, which have ended by then") {
  const NoFrameIsLost check;
  int stopped = 0;
  const auto first = sync_wait(when_any(until_stopped(stopped), later(7, 1h), nothing()));
  CHECK(first.index() == 2);
  CHECK(stopped == 1);

  std::vector<Task<int>> many;
  many.push_back(until_stopped(stopped));
  many.push_back(later(9));
  many.push_back(until_stopped(stopped));
  const FirstOf<int> winner = sync_wait(when_any(std::move(many)));
  CHECK(winner.index == 1);
  CHECK(winner.value == 9);
  CHECK(stopped == 3);

  CHECK_THROWS_WITH_AS((void)sync_wait(when_any(until_stopped(stopped), fail_later("first"))),
                       "first", std::runtime_error);
  CHECK(stopped == 4);
  CHECK_THROWS_AS((void)sync_wait(when_any(std::vector<Task<int>>())), CodexError);
}

TEST_CASE("with_timeout stops what takes too long, and passes on what came all the same") {
  const NoFrameIsLost check;
  int stopped = 0;
  CHECK(sync_wait(with_timeout(later(1), 1h)) == 1);
  sync_wait(with_timeout(sleep_for(1ms), 1h));
  CHECK(contains(
      message_of<TimeoutError>([&] { (void)sync_wait(with_timeout(until_stopped(stopped), 5ms)); }),
      "Timed out after 5 ms"));
  CHECK(stopped == 1);
  CHECK_THROWS_WITH_AS((void)sync_wait(with_timeout(fail_later("own"), 1h)), "own",
                       std::runtime_error);

  const auto stubborn = []() -> Task<int> {
    bool is_stopped = false;
    try {
      co_await sleep_for(1h);
    } catch (const CancelledError&) {
      is_stopped = true;
    }
    co_return is_stopped ? 2 : 1;
  };
  CHECK(sync_wait(with_timeout(stubborn(), 5ms)) == 2);

  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  CHECK_THROWS_AS((void)sync_wait(with_timeout(until_stopped(stopped), 1h), stop.get_token()),
                  CancelledError);
}

TEST_CASE("a combination that is given up takes its tasks along") {
  const NoFrameIsLost check;
  int guests = 0;
  ManualLoop loop;
  const auto all = [](int& count) -> Task<void> {
    co_await when_all(sleep_with(count), with_timeout(sleep_with(count), 1h),
                      when_any(sleep_with(count), sleep_with(count)));
  };
  Begun<void> waiting(all(guests), loop);
  CHECK(guests == 8);
  waiting.give_up();
  CHECK(guests == 0);
}

TEST_CASE("a scope owns its tasks, joins them, and tells the first error") {
  const NoFrameIsLost check;
  ManualLoop loop;
  TaskScope scope(loop.executor());
  int guests = 0;
  int stopped = 0;
  const auto stop_counted = [](int& count) -> Task<void> { (void)co_await until_stopped(count); };
  std::stop_source go;
  const auto visit = [](int& count, std::stop_token leave) -> Task<void> {
    const Guest guest(count);
    co_await until(std::move(leave));
  };
  const auto failing = [](const char* what, std::stop_token fails) -> Task<void> {
    co_await until(std::move(fails));
    throw std::runtime_error(what);
  };
  scope.spawn(visit(guests, go.get_token()));
  scope.spawn(failing("first", go.get_token()));
  CHECK(scope.running() == 2);
  CHECK(guests == 1);
  go.request_stop();
  {
    Begun<void> join(scope.join(), loop);
    CHECK(loop.run_until([&] { return join.has_ended(); }));
    CHECK_THROWS_WITH_AS(join.take(), "first", std::runtime_error);
  }
  CHECK(scope.running() == 0);
  CHECK(guests == 0);

  scope.spawn(nothing());
  scope.spawn(stop_counted(stopped));
  CHECK(scope.running() == 1);
  {
    Begun<void> join(scope.join(), loop);
    scope.request_stop();
    scope.spawn(stop_counted(stopped));  // hears of it at once
    CHECK(loop.run_until([&] { return join.has_ended(); }));
    CHECK_THROWS_AS(join.take(), CancelledError);
  }
  CHECK(stopped == 2);
  Begun<void> idle(scope.join(), loop);
  CHECK(idle.has_ended());
  CHECK_NOTHROW(idle.take());
}

TEST_CASE("a scope that ends gives up the tasks that are left, wherever they are") {
  const NoFrameIsLost check;
  ManualLoop loop;
  int guests = 0;
  for (int i = 0; i < 50; ++i) {
    TaskScope scope(loop.executor());
    scope.spawn(sleep_with(guests));
    scope.spawn(sleep_with(guests, 0ms));
    scope.spawn(sleep_with(guests, std::chrono::milliseconds(i % 2)));
    scope.spawn(sleep_with(guests, 0ms).on(loop.executor()));  // comes to the loop in any case
    if (i % 3 == 0) CHECK(loop.run_one());
  }
  CHECK(guests == 0);
}

TEST_CASE("a scope that ends ends the wait of those who join it") {
  const NoFrameIsLost check;
  ManualLoop loop;
  int guests = 0;
  std::atomic<int> joined = 0;
  const auto note = [&](const std::exception_ptr& error) {
    CHECK_FALSE(error);
    ++joined;
  };
  {
    TaskScope scope(loop.executor());
    scope.spawn(sleep_with(guests));
    detach(scope.join(), note, loop.executor());
    detach(scope.join(), note, loop.executor());
    CHECK(joined == 0);
  }
  CHECK(guests == 0);
  CHECK(loop.run_until([&] { return joined == 2; }));
}

TEST_CASE("the tasks of a scope on the SDK's own thread may spawn others") {
  const NoFrameIsLost check;
  TaskScope scope;
  std::atomic<int> ended = 0;
  const auto leaf = [](std::atomic<int>& count) -> Task<void> {
    co_await sleep_for(0ms);
    ++count;
  };
  const auto tree = [](TaskScope& all, auto make, std::atomic<int>& count) -> Task<void> {
    for (int i = 0; i < 10; ++i) {
      co_await sleep_for(0ms);
      all.spawn(make(count));
    }
  };
  for (int i = 0; i < 10; ++i) scope.spawn(tree(scope, leaf, ended));
  sync_wait(scope.join());
  CHECK(ended == 100);
}

TEST_CASE("those who join a scope go on after the parameters of its tasks have ended") {
  const NoFrameIsLost check;
  struct Leaving {
    explicit Leaving(std::atomic<bool>& flag) : has_left(&flag) {}
    Leaving(Leaving&& other) noexcept : has_left(std::exchange(other.has_left, nullptr)) {}
    ~Leaving() {
      if (has_left == nullptr) return;
      std::this_thread::sleep_for(1ms);  // makes the fault likely, decides nothing
      *has_left = true;
    }
    std::atomic<bool>* has_left;
  };
  const auto work = [](Leaving) -> Task<void> { co_await sleep_for(0ms); };
  int late = 0;
  for (int i = 0; i < 200; ++i) {
    std::atomic<bool> has_left = false;
    TaskScope scope;
    scope.spawn(work(Leaving(has_left)));
    sync_wait(scope.join());
    if (!has_left.load()) ++late;
    while (!has_left.load()) std::this_thread::yield();  // it refers to this round's flag
  }
  CHECK(late == 0);
}

TEST_CASE("an error that a scope does not tell ends before who joins goes on, and may look at it") {
  const NoFrameIsLost check;
  TaskScope scope;
  std::atomic<int> ended = 0;
  const auto failing = [](std::shared_ptr<int> error) -> Task<void> {
    co_await sleep_for(0ms);
    throw std::move(error);
  };
  for (int i = 0; i < 2; ++i) {
    scope.spawn(failing({new int(i), [&](const int* error) {
                           delete error;
                           (void)scope.running();  // takes the lock of the scope
                           ++ended;
                         }}));
  }
  try {
    sync_wait(scope.join());
    FAIL("no error");
  } catch (const std::shared_ptr<int>&) {
    CHECK(ended == 1);
  }
  CHECK(ended == 2);
}

TEST_CASE("retry_on_overload awaits one task after the other") {
  const NoFrameIsLost check;
  int calls = 0;
  const auto busy_twice = [](int& count) -> Task<int> {
    co_await sleep_for(0ms);
    if (++count < 3) throw ServerBusyError(-32001, "busy", Json());
    co_return count;
  };
  const RetryOptions quick{.max_attempts = 3, .initial_delay = 1ms};
  CHECK(sync_wait(retry_on_overload([&] { return busy_twice(calls); }, quick)) == 3);
  calls = -10;
  CHECK_THROWS_AS((void)sync_wait(retry_on_overload([&] { return busy_twice(calls); }, quick)),
                  ServerBusyError);
  CHECK(calls == -7);
}

}  // namespace codex::testing
