#include <array>
#include <atomic>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include "adapters/asio_library.hpp"
#include "adapters/tasks.hpp"

namespace codex::testing {
namespace {

/// The result of an Asio coroutine.
template <class T>
struct End {
  std::exception_ptr error = {};
  std::optional<T> value = {};
  void operator()(std::exception_ptr its_error, T its_value) {
    error = std::move(its_error);
    value = std::move(its_value);
  }
};

/// What the task throws in an Asio coroutine. Not by a future, which an Asio thread may release
/// last: the thread sanitizer does not see the reference counts of exceptions.
std::exception_ptr error_of(asio::io_context& io, Task<void> task) {
  std::exception_ptr error;
  asio::co_spawn(io, asio_awaitable(std::move(task)),
                 [&](std::exception_ptr its_error) { error = std::move(its_error); });
  io.run();
  return error;
}

asio::awaitable<std::string> greet_in_asio(AsyncCodex& codex, Threads& threads) {
  auto greeting = co_await asio_awaitable(greet(codex, threads));
  threads.push_back(std::this_thread::get_id());
  co_return greeting;
}

TEST_CASE("a coroutine of Asio's awaits a turn, and all of it goes on in the io_context") {
  const NoFrameLost frames;
  auto server = greeting_server();
  AsyncCodex codex(server.memory_config());
  asio::io_context io;
  Threads threads;
  End<std::string> end;
  asio::co_spawn(io, greet_in_asio(codex, threads), std::ref(end));
  io.run();
  CHECK(what(end.error) == "none");
  CHECK(end.value == "Hello.");
  CHECK(threads == Threads(3, std::this_thread::get_id()));
}

TEST_CASE("a client with an executor of its own comes back to the coroutine's io_context") {
  const NoFrameLost frames;
  auto server = greeting_server();
  asio::thread_pool pool(1);
  Threads threads;
  {
    AsyncCodex codex(server.memory_config(), asio_executor(pool.get_executor()));
    asio::io_context io;
    auto greeting = asio::co_spawn(
        io,
        [&]() -> asio::awaitable<std::string> {
          auto started = codex.thread_start();
          const AsyncThread thread = co_await asio_awaitable(std::move(started));
          threads.push_back(std::this_thread::get_id());
          const TurnResult turn = co_await asio_awaitable(thread.run("Hi"));
          threads.push_back(std::this_thread::get_id());
          co_return turn.final_response.value_or("(none)");
        },
        asio::use_future);
    io.run();
    CHECK(greeting.get() == "Hello.");
  }
  CHECK(threads == Threads(2, std::this_thread::get_id()));
}

TEST_CASE("a task that has a value at once gives it to a coroutine of Asio's") {
  const NoFrameLost frames;
  asio::io_context io;
  const auto seven = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  End<std::unique_ptr<int>> end;
  asio::co_spawn(io, asio_awaitable(seven()), std::ref(end));
  io.run();
  REQUIRE(end.value);
  CHECK(**end.value == 7);
}

TEST_CASE("what a task throws is thrown in the coroutine of Asio's") {
  const NoFrameLost frames;
  asio::io_context io;
  const auto error = error_of(io, fail_later());
  REQUIRE(error != nullptr);
  CHECK_THROWS_WITH_AS(std::rethrow_exception(error), "It failed later", std::runtime_error);
}

TEST_CASE("a task that was awaited before throws in the coroutine of Asio's") {
  const NoFrameLost frames;
  asio::io_context io;
  auto task = fail_later();
  [[maybe_unused]] const auto taken = std::move(task);
  const auto error = error_of(io, std::move(task));
  REQUIRE(error != nullptr);
  CHECK_THROWS_AS(std::rethrow_exception(error), CodexError);
}

#ifdef CODEX_TEST_ASIO_CANCELS
TEST_CASE("a cancellation of Asio's stops the task, whose CancelledError is thrown") {
  const NoFrameLost frames;
  asio::io_context io;
  asio::cancellation_signal signal;
  End<int> end;
  asio::co_spawn(io, asio_awaitable(wait_for_stop()),
                 asio::bind_cancellation_slot(signal.slot(), std::ref(end)));
  asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); });
  io.run();
  CHECK(is_cancelled(end.error));
}

asio::awaitable<void> pause() {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(1));
  co_await timer.async_wait(asio::use_awaitable);
}

TEST_CASE("Asio's own `||` stops a task that is slower than a timer") {
  using namespace asio::experimental::awaitable_operators;
  const NoFrameLost frames;
  asio::io_context io;
  const auto race = []() -> asio::awaitable<std::size_t> {
    const auto first = co_await (asio_awaitable(wait_for_stop()) || pause());
    co_return first.index();
  };
  End<std::size_t> end;
  asio::co_spawn(io, race(), std::ref(end));
  io.run();
  CHECK(what(end.error) == "none");
  CHECK(end.value == 1);
}
#endif

TEST_CASE("a task that waits when the io_context ends is given up, and nothing is posted to it") {
  const NoFrameLost frames;
  std::stop_source stop;
  Executor executor;
  {
    asio::io_context io;
    executor = asio_executor(asio::make_strand(io));
    asio::co_spawn(io, asio_awaitable(wait_for_stop()), asio::detached);
    const auto slow = [](std::stop_token token) -> asio::awaitable<void> {
      co_await asio_awaitable(sleep_for(std::chrono::hours(1), std::move(token)));
    };
    asio::co_spawn(asio::make_strand(io), slow(stop.get_token()), asio::detached);
    io.poll();
    CHECK(frames_alive() > 0);
  }
  CHECK(frames_alive() == 0);
  stop.request_stop();
  bool was_run = false;
  executor([&] { was_run = true; });
  CHECK_FALSE(was_run);
}

TEST_CASE("the io_context of a thread pool, a strand, and many tasks at once") {
  const NoFrameLost frames;
  asio::thread_pool pool(2);
  std::atomic<int> sum = 0;
  const auto add = [](int number) -> Task<int> {
    co_await sleep_for(std::chrono::milliseconds(number % 3));
    co_return number;
  };
  for (int i = 1; i <= 100; ++i) {
    asio::co_spawn(asio::make_strand(pool), asio_awaitable(add(i)),
                   [&](const std::exception_ptr&, int number) { sum += number; });
  }
  pool.join();
  CHECK(sum == 5050);
}

}  // namespace
}  // namespace codex::testing
