#include <exception>
#include <optional>
#include <string>
#include <thread>

#include <codex/async/task_scope.hpp>
#include <codex/async/uv.hpp>

#include "adapters/tasks.hpp"

namespace codex::testing {
namespace {

/// A loop, and its executor until `close`.
class Loop {
 public:
  Loop() {
    REQUIRE(uv_loop_init(&loop_) == 0);
    way_.emplace(&loop_);
  }
  Loop(const Loop&) = delete;
  Loop(Loop&&) = delete;
  Loop& operator=(const Loop&) = delete;
  Loop& operator=(Loop&&) = delete;
  ~Loop() {
    close();
    run();
    CHECK(uv_loop_close(&loop_) == 0);  // no handle is left
  }

  [[nodiscard]] Executor executor() const { return way_->executor(); }
  /// Until there is nothing to wait for.
  void run() { uv_run(&loop_, UV_RUN_DEFAULT); }
  void close() { way_.reset(); }

 private:
  uv_loop_t loop_ = {};
  std::optional<UvExecutor> way_;
};

TEST_CASE("a turn goes on in libuv's loop") {
  const NoFrameLost frames;
  auto server = greeting_server();
  Loop loop;
  Threads threads;
  std::string greeting;
  AsyncCodex codex(server.memory_config());
  const auto done = [&](const std::exception_ptr& error, std::optional<std::string> value) {
    threads.push_back(std::this_thread::get_id());
    greeting = value.value_or(what(error));
    loop.close();
  };
  detach(greet(codex, threads), done, loop.executor());
  loop.run();
  CHECK(greeting == "Hello.");
  CHECK(threads == Threads(3, std::this_thread::get_id()));
}

TEST_CASE("what a task throws, and its being stopped, reach who began it in libuv's loop") {
  const NoFrameLost frames;
  Loop loop;
  std::exception_ptr failure;
  std::exception_ptr stopped;
  std::stop_source stop;
  const auto after_stop = [&](std::exception_ptr error, std::optional<int>) {
    stopped = std::move(error);
    loop.close();
  };
  const auto after_failure = [&](std::exception_ptr error) {
    failure = std::move(error);
    stop.request_stop();
  };
  detach(wait_for_stop(), after_stop, loop.executor(), stop.get_token());
  detach(fail_later(), after_failure, loop.executor());
  loop.run();
  CHECK(what(failure) == "It failed later");
  CHECK(is_cancelled(stopped));
}

TEST_CASE("what is posted to libuv's loop runs in order, also what comes meanwhile") {
  Loop loop;
  std::string order;
  const Executor executor = loop.executor();
  executor([&] {
    order += 'a';
    executor([&] {
      order += 'c';
      loop.close();
    });
  });
  executor([&] { order += 'b'; });
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("what waits when the way into libuv's loop ends is dropped, and so is what comes later") {
  const NoFrameLost frames;
  Executor executor;
  bool was_run = false;
  {
    Loop loop;
    executor = loop.executor();
    TaskScope tasks(executor);
    const auto wait = []() -> Task<void> { (void)co_await wait_for_stop(); };
    tasks.spawn(wait());
    executor([&] { was_run = true; });
    CHECK(tasks.running() == 1);
    loop.close();
  }
  executor([&] { was_run = true; });
  CHECK_FALSE(was_run);
}

}  // namespace
}  // namespace codex::testing
