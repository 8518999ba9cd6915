#include "handlers/worker_pool.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "task/clock.hpp"
#include "task/thread_signals.hpp"
#include "task/wait_until.hpp"

namespace codex::detail {

struct WorkerPool::State {
  struct Worker {
    std::thread thread;
    bool is_idle = false;
    bool is_finishing = false;  // its task waits in `finish`
    bool has_ended = false;
  };

  const std::size_t max_threads;
  const std::size_t max_waiting;
  const std::function<void()> take_signals;

  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable progress;
  std::deque<Task> tasks;
  std::list<Worker> workers;
  bool is_closed = false;

  State(std::size_t threads, std::size_t waiting)
      : max_threads(threads), max_waiting(waiting), take_signals(signals_of_this_thread()) {}

  void run(Worker& self);

  // With the lock held.
  [[nodiscard]] std::size_t idle() const {
    return static_cast<std::size_t>(
        std::count_if(workers.begin(), workers.end(), [](const Worker& w) { return w.is_idle; }));
  }
  [[nodiscard]] Worker* this_thread() {
    const auto found = std::find_if(workers.begin(), workers.end(), [](const Worker& worker) {
      return worker.thread.get_id() == std::this_thread::get_id();
    });
    return found != workers.end() ? &*found : nullptr;
  }
};

void WorkerPool::State::run(Worker& self) {
  take_signals();
  std::unique_lock lock(mutex);
  while (true) {
    self.is_idle = true;
    work.wait(lock, [this] { return is_closed || !tasks.empty(); });
    self.is_idle = false;
    if (tasks.empty()) break;
    Task task = std::move(tasks.front());
    tasks.pop_front();
    lock.unlock();
    try {
      task();
    } catch (...) {  // NOLINT(bugprone-empty-catch): tasks report what matters themselves
    }
    task = nullptr;
    lock.lock();
  }
  self.has_ended = true;
  progress.notify_all();
}

WorkerPool::WorkerPool(std::size_t max_threads, std::size_t max_waiting)
    : state_(std::make_shared<State>(max_threads, max_waiting)) {}

WorkerPool::~WorkerPool() {
  finish(std::chrono::milliseconds::zero());
  // What is left is this very thread, where a task held the pool last.
  const std::lock_guard lock(state_->mutex);
  for (State::Worker& worker : state_->workers) {
    if (worker.thread.joinable()) worker.thread.detach();
  }
}

bool WorkerPool::post(Task task) {
  const std::lock_guard lock(state_->mutex);
  State& state = *state_;
  if (state.is_closed) return false;
  const std::size_t idle = state.idle();
  const bool can_start = state.workers.size() < state.max_threads;
  if (state.tasks.size() >= idle && !can_start && state.tasks.size() - idle >= state.max_waiting) {
    return false;
  }
  state.tasks.push_back(std::move(task));
  if (state.tasks.size() <= idle || !can_start) {
    state.work.notify_one();
    return true;
  }
  State::Worker& worker = state.workers.emplace_back();
  try {
    worker.thread = std::thread([shared = state_, &worker] { shared->run(worker); });
  } catch (const std::system_error&) {
    state.workers.pop_back();
    if (!state.workers.empty()) return true;  // another one will come to it
    state.tasks.pop_back();
    return false;
  }
  return true;
}

std::size_t WorkerPool::finish(std::chrono::milliseconds patience) noexcept {
  const TimePoint deadline = deadline_after(Clock::now(), patience);
  std::unique_lock lock(state_->mutex);
  State& state = *state_;
  state.is_closed = true;
  state.work.notify_all();
  State::Worker* const self = state.this_thread();
  if (self) self->is_finishing = true;
  // Two tasks that wait here do not wait for each other.
  const auto is_awaited = [&](const State::Worker& worker) {
    return &worker != self && worker.thread.joinable() && !worker.has_ended &&
           !(self && worker.is_finishing);
  };
  state.progress.notify_all();
  wait_until(state.progress, lock, deadline,
             [&] { return std::none_of(state.workers.begin(), state.workers.end(), is_awaited); });
  std::size_t left_behind = 0;
  std::list<std::thread> ended;
  for (State::Worker& worker : state.workers) {
    if (!worker.thread.joinable()) continue;
    if (worker.has_ended) {
      ended.push_back(std::move(worker.thread));
    } else if (is_awaited(worker)) {
      worker.thread.detach();
      if (!worker.is_idle) ++left_behind;
    }
  }
  if (self) self->is_finishing = false;
  lock.unlock();
  for (std::thread& thread : ended) thread.join();
  return left_behind;
}

}  // namespace codex::detail
