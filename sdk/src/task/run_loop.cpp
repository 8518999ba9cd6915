#include <condition_variable>
#include <deque>
#include <mutex>

#include <codex/async/task.hpp>

#include "task/owner_process.hpp"

namespace codex::detail {

struct RunLoop::State {
  const OwnerProcess owner;
  const Executor executor = [this](std::function<void()> job) { post(std::move(job)); };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  bool is_finished = false;

  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex);
    if (is_finished) return;
    jobs.push_back(std::move(job));
    changed.notify_one();
  }

  void finish() {
    const std::lock_guard lock(mutex);
    is_finished = true;
    changed.notify_one();
  }
};

RunLoop::RunLoop() : state_(std::make_shared<State>()) {}
RunLoop::~RunLoop() {
  if (state_->owner.is_this()) state_->finish();
}

std::shared_ptr<const Executor> RunLoop::executor() const { return {state_, &state_->executor}; }

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
    if (state_->is_finished) break;
    auto job = std::move(state_->jobs.front());
    state_->jobs.pop_front();
    lock.unlock();
    job();
    job = nullptr;
    lock.lock();
  }
  const auto dropped = std::exchange(state_->jobs, {});  // destroyed without the lock
  lock.unlock();
}

}  // namespace codex::detail
