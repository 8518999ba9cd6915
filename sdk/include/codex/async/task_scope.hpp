#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/stop_token.hpp>

/// Starting coroutines from ordinary code.
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

  Done done_;  // may own objects that the task refers to
  Task<T> task_;
};

}  // namespace detail

/// Runs a task from code that is no coroutine: it starts on this thread, before this returns,
/// resumes on the executor (none: the SDK's own thread), and calls `done` where it ends:
/// `done(std::exception_ptr error, std::optional<T> value)`, without a value for void. `done` must
/// not throw. A task whose executor ends first never ends; if that can happen, use a `TaskScope`.
template <class T, class Done>
void detach(Task<T> task, Done done, const Executor& executor = {}, std::stop_token stop = {}) {
  detail::DetachedTask<T, Done>::start(
      std::move(task), std::move(done),
      {executor ? std::make_shared<const Executor>(executor) : nullptr, std::move(stop)});
}

/// Owns tasks that nobody awaits: those of a window, of a session, of a game. Thread-safe, except
/// for its destructor.
class TaskScope {
 public:
  /// Its tasks run on the executor; none: on the SDK's own thread.
  explicit TaskScope(Executor executor = {});
  TaskScope(const TaskScope&) = delete;
  TaskScope(TaskScope&&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  TaskScope& operator=(TaskScope&&) = delete;
  /// Stops its tasks and abandons those that are left. Destroy it after `join`, or on its executor
  /// if everything that its tasks await has the same one: otherwise a task could be running at that
  /// moment. Not from one of its own tasks.
  ~TaskScope();

  /// Starts a task, on this thread. A task that throws does not stop the others: see `join`.
  void spawn(Task<void> task);

  /// Requests the stop of all tasks, including those spawned later.
  void request_stop() noexcept;

  /// Completes when no task is left, and throws the first error since the last `join`.
  Task<void> join();

  /// How many tasks have not ended.
  [[nodiscard]] std::size_t running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace codex
