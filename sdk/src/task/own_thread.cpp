#include "task/own_thread.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "task/owner_process.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"
#include "task/wait_until.hpp"

namespace codex::detail {

/// The thread's state. The thread shares it, since it may be the one that releases its owner.
struct OwnThread::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  bool is_ending = false;
  bool is_woken = false;  // a timer may be due earlier
  std::shared_ptr<Timers> timers = std::make_shared<Timers>([this] { wake(); });

  ~State() { timers->stop(); }

  void wake() {
    const std::lock_guard lock(mutex);
    is_woken = true;
    changed.notify_one();
  }

  void post(std::function<void()> job) {
    const std::lock_guard lock(mutex);
    if (is_ending) return;
    jobs.push_back(std::move(job));
    changed.notify_one();
  }

  void run() {
    block_signals_on_this_thread();
    std::unique_lock lock(mutex);
    while (!is_ending) {
      wait(lock);
      auto ready = std::exchange(jobs, {});
      lock.unlock();
      timers->run_due();
      for (auto& job : ready) std::exchange(job, nullptr)();
      lock.lock();
    }
    lock.unlock();  // timers wake this thread with their own lock held
    timers->stop();
    lock.lock();
    const auto dropped = std::exchange(jobs, {});  // destroyed without the lock
    lock.unlock();
  }

 private:
  void wait(std::unique_lock<std::mutex>& lock) {
    lock.unlock();
    const TimePoint due = timers->next_due();  // may call wake
    lock.lock();
    const auto has_work = [this] { return is_ending || is_woken || !jobs.empty(); };
    wait_until(changed, lock, due, has_work);
    is_woken = false;
  }
};

namespace {

/// Holds the thread of a process.
struct Place {
  const Place* of_parent = nullptr;  // kept, as it may be locked for ever
  OwnerProcess owner;
  std::mutex mutex;
  std::weak_ptr<OwnThread> thread;
};

Place& place_of_this_process() {
  static std::atomic<Place*> shared = new Place;
  Place* place = shared.load();
  while (!place->owner.is_this()) {
    auto fresh = std::make_unique<Place>();
    fresh->of_parent = place;
    if (shared.compare_exchange_strong(place, fresh.get())) place = fresh.release();
  }
  return *place;
}

}  // namespace

std::shared_ptr<OwnThread> OwnThread::shared() {
  Place& place = place_of_this_process();
  const std::lock_guard lock(place.mutex);
  auto thread = place.thread.lock();
  if (!thread) place.thread = thread = std::make_shared<OwnThread>();
  return thread;
}

OwnThread::OwnThread()
    : state_(std::make_shared<State>()),
      executor_([state = state_](std::function<void()> job) { state->post(std::move(job)); }),
      thread_(start_thread("start the thread that coroutines go on on",
                           [state = state_] { state->run(); })) {}

OwnThread::~OwnThread() {
  if (!owner_.is_this()) {
    thread_.detach();  // it does not exist in a child of fork
    return;
  }
  {
    const std::lock_guard lock(state_->mutex);
    state_->is_ending = true;
    state_->changed.notify_one();
  }
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();  // it ends after the job that released this
  } else {
    thread_.join();
  }
}

const std::shared_ptr<Timers>& OwnThread::timers() const noexcept { return state_->timers; }

std::shared_ptr<const Executor> own_executor() {
  auto thread = OwnThread::shared();
  const Executor* executor = &thread->executor();
  return {std::move(thread), executor};
}

}  // namespace codex::detail
