#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include <codex/async/task.hpp>

#include "support/frames.hpp"
#include "support/messages.hpp"

namespace codex::testing {

/// Waits until the condition is true, on any thread; false after a long time.
template <class Condition>
[[nodiscard]] bool comes_true(Condition condition) {
  const auto deadline = soon();
  while (!condition()) {
    if (codex::detail::Clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Checks in its destructor that no coroutine is left that started in its lifetime.
class NoFrameIsLost {
 public:
  NoFrameIsLost() = default;
  NoFrameIsLost(const NoFrameIsLost&) = delete;
  NoFrameIsLost(NoFrameIsLost&&) = delete;
  NoFrameIsLost& operator=(const NoFrameIsLost&) = delete;
  NoFrameIsLost& operator=(NoFrameIsLost&&) = delete;
  ~NoFrameIsLost() {
    // The last one may be ending on another thread.
    CHECK(comes_true([this] { return frames_alive() == before_; }));
  }

 private:
  const std::ptrdiff_t before_ = frames_alive();
};

/// An event loop that the test runs by hand.
class ManualLoop {
 public:
  ManualLoop() = default;
  ManualLoop(const ManualLoop&) = delete;
  ManualLoop(ManualLoop&&) = delete;
  ManualLoop& operator=(const ManualLoop&) = delete;
  ManualLoop& operator=(ManualLoop&&) = delete;
  /// Drops functions that were not run, since they own the executor, and so the loop.
  ~ManualLoop() {
    std::unique_lock lock(state_->mutex);
    const auto dropped = std::exchange(state_->jobs, {});
    lock.unlock();
  }

  [[nodiscard]] Executor executor() const {
    return [state = state_](std::function<void()> job) {
      const std::lock_guard lock(state->mutex);
      state->jobs.push_back(std::move(job));
      state->changed.notify_one();
    };
  }

  /// Runs the next function, waiting for it. False when none comes.
  bool run_one() {
    std::unique_lock lock(state_->mutex);
    const bool has_job =
        state_->changed.wait_until(lock, soon(), [this] { return !state_->jobs.empty(); });
    if (!has_job) return false;
    auto job = std::move(state_->jobs.front());
    state_->jobs.pop_front();
    lock.unlock();
    job();
    return true;
  }

  /// Waits until there is a function to run.
  [[nodiscard]] bool has_work() {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_until(lock, soon(), [this] { return !state_->jobs.empty(); });
  }

  [[nodiscard]] bool has_work_now() {
    const std::lock_guard lock(state_->mutex);
    return !state_->jobs.empty();
  }

  /// Runs functions until the condition is met. False when none comes that would meet it.
  template <class Condition>
  [[nodiscard]] bool run_until(Condition condition) {
    while (!condition()) {
      if (!run_one()) return false;
    }
    return true;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// An event loop with its own thread.
class LoopThread {
 public:
  LoopThread() = default;
  LoopThread(const LoopThread&) = delete;
  LoopThread(LoopThread&&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;
  LoopThread& operator=(LoopThread&&) = delete;
  ~LoopThread() {
    loop_.executor()([this] { is_over_ = true; });
    thread_.join();
  }

  [[nodiscard]] Executor executor() const { return loop_.executor(); }
  [[nodiscard]] std::thread::id id() const { return thread_.get_id(); }

 private:
  ManualLoop loop_;
  bool is_over_ = false;
  std::thread thread_{[this] {
    while (!is_over_) loop_.run_one();
  }};
};

/// Owns a started task, so that a test can abandon it at any moment. It runs on the loop.
template <class T>
class Begun {
 public:
  Begun(Task<T> task, const ManualLoop& loop, std::stop_token stop = {}) : task_(std::move(task)) {
    const auto at_end = [](void* flag) { static_cast<std::atomic<bool>*>(flag)->store(true); };
    auto executor = std::make_shared<const Executor>(loop.executor());
    if (!codex::detail::TaskAccess::start(*task_, {at_end, has_ended_.get()},
                                          {std::move(executor), std::move(stop)})) {
      has_ended_->store(true);
    }
  }

  [[nodiscard]] bool has_ended() const { return *has_ended_; }
  T take() { return codex::detail::TaskAccess::take(*task_); }
  void give_up() { task_.reset(); }

 private:
  std::unique_ptr<std::atomic<bool>> has_ended_ = std::make_unique<std::atomic<bool>>(false);
  std::optional<Task<T>> task_;
};

}  // namespace codex::testing
