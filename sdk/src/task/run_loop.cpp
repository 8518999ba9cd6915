#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>

#include <codex/async/task.hpp>

#include "task/owner_process.hpp"

namespace codex::detail {

struct RunLoop::State {
  const OwnerProcess owner;
  const Executor executor = [this](std::function<void()> job) {
    post(std::move(job), std::numeric_limits<std::size_t>::max());
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  bool is_finished = false;
  bool is_closed = false;

  bool post(std::function<void()> job, std::size_t limit) {
    const std::lock_guard lock(mutex);
    if (is_closed) return true;
    if (jobs.size() >= limit) return false;
    jobs.push_back(std::move(job));
    changed.notify_one();
    return true;
  }

  void finish() {
    const std::lock_guard lock(mutex);
    is_finished = true;
    changed.notify_one();
  }

  void close() {
    std::unique_lock lock(mutex);
    is_closed = true;
    const auto dropped = std::exchange(jobs, {});  // destroyed without the lock
    lock.unlock();
  }
};

RunLoop::RunLoop() : state_(std::make_shared<State>()) {}
RunLoop::~RunLoop() {
  if (state_->owner.is_this()) state_->close();
}

std::shared_ptr<const Executor> RunLoop::executor() const { return {state_, &state_->executor}; }

bool RunLoop::post(std::function<void()> job, std::size_t limit) {
  return state_->post(std::move(job), limit);
}

Continuation RunLoop::finisher() noexcept {
  const auto finish = [](void* state) {
    // A copy: the loop is destroyed as soon as `run` has seen that it is finished.
    const auto shared = *static_cast<std::shared_ptr<State>*>(state);
    shared->finish();
  };
  return {finish, &state_};
}

void RunLoop::run() {
  std::unique_lock lock(state_->mutex);
  while (true) {
    state_->owner.check();  // a job may have called fork: in the child nothing would ever come
    state_->changed.wait(lock, [this] { return state_->is_finished || !state_->jobs.empty(); });
    if (std::exchange(state_->is_finished, false)) return;
    auto job = std::move(state_->jobs.front());
    state_->jobs.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
}

}  // namespace codex::detail
