#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <codex/async/task.hpp>

/// Ways into coroutines from code that is none.
namespace codex {

namespace detail {

/// A task that owns itself until its end.
template <class T, class Done>
class DetachedTask {
 public:
  static void start(Task<T> task, Done done, TaskContext context) {
    TaskAccess::check(task);
    auto* const self = new DetachedTask(std::move(task), std::move(done));
    const auto at_end = [](void* box) { static_cast<DetachedTask*>(box)->end(); };
    if (!TaskAccess::start(self->task_, {at_end, self}, std::move(context))) self->end();
  }

 private:
  DetachedTask(Task<T> task, Done done) : done_(std::move(done)), task_(std::move(task)) {}

  void end() {
    const std::unique_ptr<DetachedTask> self(this);
    std::exception_ptr error;
    if constexpr (std::is_void_v<T>) {
      try {
        TaskAccess::take(task_);
      } catch (...) {
        error = std::current_exception();
      }
      done_(std::move(error));
    } else {
      std::optional<T> value;
      try {
        value.emplace(TaskAccess::take(task_));
      } catch (...) {
        error = std::current_exception();
      }
      done_(std::move(error), std::move(value));
    }
  }

  Done done_;  // may hold what the task refers to
  Task<T> task_;
};

}  // namespace detail

/// Runs a task from code that is no coroutine: it begins on this thread, before this returns, goes
/// on on the executor (none: the SDK's own thread), and calls `done` where it ends:
/// `done(std::exception_ptr error, std::optional<T> value)`, without a value for void. `done` must
/// not throw. A task whose executor ends before it stays as it is; where that can be, use a
/// `TaskScope`.
template <class T, class Done>
void detach(Task<T> task, Done done, const Executor& executor = {}, std::stop_token stop = {}) {
  detail::DetachedTask<T, Done>::start(
      std::move(task), std::move(done),
      {executor ? std::make_shared<const Executor>(executor) : nullptr, std::move(stop)});
}

/// Owns tasks that nobody awaits: those of a window, of a session, of a game. Thread-safe, but for
/// its end.
class TaskScope {
 public:
  /// Its tasks run on the executor; none: on the SDK's own thread.
  explicit TaskScope(Executor executor = {});
  TaskScope(const TaskScope&) = delete;
  TaskScope(TaskScope&&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  TaskScope& operator=(TaskScope&&) = delete;
  /// Stops its tasks and gives up those that are left. After `join`, or on its executor where all
  /// that its tasks await has the same one: else a task could be running at this moment. Not from
  /// one of its own tasks.
  ~TaskScope();

  /// Begins a task, on this thread. A task that throws does not stop the others: see `join`.
  void spawn(Task<void> task);

  /// Requests the stop of all tasks, and of those that will be spawned.
  void request_stop() noexcept;

  /// Ends when no task is left, and throws the first error since the last `join`.
  Task<void> join();

  /// How many tasks have not ended.
  [[nodiscard]] std::size_t running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace codex
