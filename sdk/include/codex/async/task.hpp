#pragma once

#include <atomic>
#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>

#include <codex/async/fwd.hpp>
#include <codex/errors.hpp>
#include <codex/stop_token.hpp>

namespace codex {

template <class T = void>
class Task;

namespace detail {

/// What a coroutine inherits from the awaiting one.
struct TaskContext {
  /// None: not known yet.
  std::shared_ptr<const Executor> executor = {};
  std::stop_token stop = {};
};

/// The executor of the SDK's own thread, which lives as long as this pointer.
[[nodiscard]] std::shared_ptr<const Executor> own_executor();

/// What to call at the end.
struct Continuation {
  void (*call)(void*) = nullptr;
  void* data = nullptr;
};

/// How many forks led to this process, since the SDK was loaded.
struct Forks {
  static inline std::atomic<std::uint32_t> count = 0;
};

class PromiseBase {
 public:
  PromiseBase() noexcept = default;
  PromiseBase(const PromiseBase&) = delete;
  PromiseBase(PromiseBase&&) = delete;
  PromiseBase& operator=(const PromiseBase&) = delete;
  PromiseBase& operator=(PromiseBase&&) = delete;

  /// The memory of the coroutine's frame.
  static void* operator new(std::size_t size);
  static void operator delete(void* frame) noexcept;

  // NOLINTBEGIN(readability-convert-member-functions-to-static): the language calls them on objects
  struct End {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    void await_suspend(std::coroutine_handle<Promise> ended) const noexcept {
      ended.promise().end();
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] End final_suspend() const noexcept { return {}; }
  // NOLINTEND(readability-convert-member-functions-to-static)
  void unhandled_exception() noexcept { error_ = std::current_exception(); }

  [[nodiscard]] const TaskContext& context() const noexcept { return context_; }
  void use_executor(std::shared_ptr<const Executor> executor) noexcept {
    context_.executor = std::move(executor);
  }
  /// Makes it run on this executor, regardless of the awaiter.
  void insist_on(std::shared_ptr<const Executor> executor) noexcept {
    insists_on_ = std::move(executor);
  }

  [[nodiscard]] bool was_started() const noexcept { return was_started_; }
  [[nodiscard]] bool has_failed() const noexcept { return error_ != nullptr; }
  /// In a child of fork, a started task waits for threads that do not exist there, and holds their
  /// objects.
  [[nodiscard]] bool may_be_destroyed() const noexcept {
    return !was_started_ || forks_ == Forks::count.load(std::memory_order_relaxed);
  }

  /// Runs the coroutine up to its first wait. True if it waits: then, and only then, the
  /// continuation is called at its end. Not by symmetric transfer, which would need tail calls that
  /// no compiler makes in every build.
  bool start(std::coroutine_handle<> self, Continuation continuation, TaskContext inherited) {
    was_started_ = true;
    continuation_ = continuation;
    context_ = std::move(inherited);
    if (insists_on_) context_.executor = insists_on_;
    if (!context_.executor) context_.executor = own_executor();
    self.resume();
    return !has_met_.exchange(true, std::memory_order_acq_rel);
  }

 protected:
  void rethrow_error() {
    if (error_) std::rethrow_exception(std::move(error_));
  }

 private:
  void end() noexcept {
    // The continuation may destroy this.
    if (has_met_.exchange(true, std::memory_order_acq_rel)) continuation_.call(continuation_.data);
  }

  TaskContext context_;
  std::shared_ptr<const Executor> insists_on_;
  Continuation continuation_;
  std::exception_ptr error_;
  bool was_started_ = false;
  const std::uint32_t forks_ = Forks::count.load(std::memory_order_relaxed);
  std::atomic<bool> has_met_ = false;  // the second to arrive continues: the end, or the starter
};

template <class T>
class TaskPromise final : public PromiseBase {
 public:
  Task<T> get_return_object() noexcept;
  template <class U = T>
    requires std::constructible_from<T, U&&>
  void return_value(U&& value) {
    value_.emplace(std::forward<U>(value));
  }
  T take() {
    rethrow_error();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};

template <>
class TaskPromise<void> final : public PromiseBase {
 public:
  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() { rethrow_error(); }
};

struct TaskAccess;

}  // namespace detail

/// A coroutine that returns a T. It does nothing until it is awaited (`co_await` it, once), or
/// passed to `sync_wait`, `detach` or a `TaskScope`. Destroying it before its end abandons it: the
/// operation that it waits for continues without it, or is cancelled if nothing else waits for it.
///
/// The awaiter resumes where the task ended: on the client's executor, else on that of the awaiting
/// coroutine, else on the SDK's own thread; never on the thread that reads from the runtime. A wait
/// that is already complete does not leave its thread.
///
/// A task belongs to one thread, or one executor, at a time: destroy it there.
template <class T>
class [[nodiscard("co_await it: until then, a task does nothing")]] Task {
  static_assert(!std::is_reference_v<T>, "A task gives a value.");

 public:
  /// For the compiler.
  using promise_type = detail::TaskPromise<T>;
  using value_type = T;

  /// Leaves the other one empty; it must not be awaited.
  Task(Task&& other) noexcept : coroutine_(std::exchange(other.coroutine_, nullptr)) {}
  /// Abandons its current task.
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      give_up();
      coroutine_ = std::exchange(other.coroutine_, nullptr);
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() { give_up(); }

  /// Where a T is wanted, the error points here.
  template <std::same_as<T> Value>
  operator Value() const = delete;  // this is the task, not its value: co_await it

  /// The same task on `executor` (none: the SDK's own thread): it runs there throughout, and the
  /// awaiter resumes there. Awaiting a client bound to another executor resumes you on that one, as
  /// always.
  Task on(Executor executor) &&;

  /// @cond
  class Awaiter {
   public:
    explicit Awaiter(std::coroutine_handle<promise_type> task) noexcept : task_(task) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Parent>
    bool await_suspend(std::coroutine_handle<Parent> parent) {
      detail::TaskContext inherited;
      if constexpr (std::derived_from<Parent, detail::PromiseBase>) {
        inherited = parent.promise().context();
      }
      const auto go_on = [](void* waiting) {
        std::coroutine_handle<>::from_address(waiting).resume();
      };
      return task_.promise().start(task_, {go_on, parent.address()}, std::move(inherited));
    }
    T await_resume() { return task_.promise().take(); }

   private:
    std::coroutine_handle<promise_type> task_;
  };
  /// @endcond

  /// Throws what the coroutine threw, and CodexError if the task was already awaited, or moved
  /// from.
  ///
  /// g++ 12 destroys a struct in braces twice if it is in the same expression as `co_await`, and
  /// calls of the SDK warn about it. Name the task, or the struct, first:
  ///
  ///     auto start = codex.thread_start({.cwd = "/repo"});
  ///     auto thread = co_await start;
  [[nodiscard]] Awaiter operator co_await() {
    check_fresh();
    return Awaiter(coroutine_);
  }

 private:
  friend promise_type;
  friend detail::TaskAccess;
  explicit Task(std::coroutine_handle<promise_type> coroutine) noexcept : coroutine_(coroutine) {}

  void check_fresh() const {
    if (coroutine_ && !coroutine_.promise().was_started()) return;
    throw CodexError("This task was awaited before, or moved from: a task is awaited once");
  }
  void give_up() noexcept {
    if (!coroutine_) return;
    const auto coroutine = std::exchange(coroutine_, nullptr);
    if (coroutine.promise().may_be_destroyed()) coroutine.destroy();
  }

  std::coroutine_handle<promise_type> coroutine_;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// Starts tasks other than by awaiting them.
struct TaskAccess {
  /// As PromiseBase::start.
  template <class T>
  static bool start(Task<T>& task, Continuation continuation, TaskContext context) {
    task.check_fresh();
    return task.coroutine_.promise().start(task.coroutine_, continuation, std::move(context));
  }
  /// Throws CodexError if it cannot be started.
  template <class T>
  static void check(const Task<T>& task) {
    task.check_fresh();
  }
  template <class T>
  static T take(Task<T>& task) {
    return task.coroutine_.promise().take();
  }
  template <class T>
  static bool has_failed(const Task<T>& task) noexcept {
    return task.coroutine_.promise().has_failed();
  }
  template <class T>
  static Task<T> insist_on(Task<T> task, std::shared_ptr<const Executor> executor) noexcept {
    if (task.coroutine_) task.coroutine_.promise().insist_on(std::move(executor));
    return task;
  }
};

/// A suspended coroutine that another thread resumes: on its executor, unless it was destroyed
/// before.
class Sleeper : public std::enable_shared_from_this<Sleeper> {
 public:
  Sleeper(std::coroutine_handle<> coroutine, std::shared_ptr<const Executor> executor) noexcept
      : coroutine_(coroutine), executor_(std::move(executor)) {}

  /// Resumes it. Once, from any thread.
  void wake() noexcept;
  /// Forgets it. Call this on its executor, where it would resume.
  void forget() noexcept;

 private:
  void go_on();

  std::mutex mutex_;
  std::coroutine_handle<> coroutine_;
  std::shared_ptr<const Executor> executor_;
};

/// Resumes on this executor, and stays there.
class MoveTo {
 public:
  explicit MoveTo(std::shared_ptr<const Executor> executor) noexcept
      : executor_(std::move(executor)) {}
  MoveTo(MoveTo&&) = delete;
  MoveTo(const MoveTo&) = delete;
  MoveTo& operator=(const MoveTo&) = delete;
  MoveTo& operator=(MoveTo&&) = delete;
  ~MoveTo() {
    if (sleeper_) sleeper_->forget();
  }

  // NOLINTNEXTLINE(readability-convert-member-functions-to-static)
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <class Parent>
  void await_suspend(std::coroutine_handle<Parent> parent) {
    parent.promise().use_executor(executor_);
    const auto sleeper = sleeper_ = std::make_shared<Sleeper>(parent, executor_);
    sleeper->wake();  // from here on this may be destroyed
  }
  void await_resume() noexcept { sleeper_.reset(); }

 private:
  std::shared_ptr<const Executor> executor_;
  std::shared_ptr<Sleeper> sleeper_;
};

template <class T>
Task<T> run_on(Task<T> task, std::shared_ptr<const Executor> executor) {
  co_await MoveTo(std::move(executor));
  co_return co_await std::move(task);
}

/// Runs posted functions on the thread that is in `run`.
class RunLoop {
 public:
  RunLoop();
  RunLoop(const RunLoop&) = delete;
  RunLoop(RunLoop&&) = delete;
  RunLoop& operator=(const RunLoop&) = delete;
  RunLoop& operator=(RunLoop&&) = delete;
  /// Drops what was posted and did not run, and everything that is posted later.
  ~RunLoop();

  [[nodiscard]] std::shared_ptr<const Executor> executor() const;
  /// False if so many functions wait already. Any thread.
  bool post(std::function<void()> job, std::size_t limit);
  /// Ends `run`, the next one if none runs. Any thread.
  [[nodiscard]] Continuation finisher() noexcept;
  /// Throws what a function throws; what was posted after it is kept.
  void run();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

struct ContextQuery {
  TaskContext context = {};
  // NOLINTNEXTLINE(readability-convert-member-functions-to-static)
  [[nodiscard]] bool await_ready() const noexcept { return false; }
  template <std::derived_from<PromiseBase> Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    context = parent.promise().context();
    return false;
  }
};

struct StopQuery : ContextQuery {
  [[nodiscard]] std::stop_token await_resume() noexcept { return std::move(context.stop); }
};

struct ExecutorQuery : ContextQuery {
  [[nodiscard]] std::shared_ptr<const Executor> await_resume() noexcept {
    return std::move(context.executor);
  }
};

}  // namespace detail

template <class T>
Task<T> Task<T>::on(Executor executor) && {
  auto home =
      executor ? std::make_shared<const Executor>(std::move(executor)) : detail::own_executor();
  return detail::run_on(detail::TaskAccess::insist_on(std::move(*this), home), home);
}

/// Runs a task on this thread, and on the executors that it uses, and blocks until it ends. Returns
/// its value or throws its error. `stop` is the task's stop token, see `current_stop`. Do not call
/// it on a thread whose event loop the task needs.
template <class T>
T sync_wait(Task<T> task, std::stop_token stop = {}) {
  detail::RunLoop loop;
  if (detail::TaskAccess::start(task, loop.finisher(), {loop.executor(), std::move(stop)})) {
    loop.run();
  }
  return detail::TaskAccess::take(task);
}

/// The stop token of the coroutine that awaits this: `auto stop = co_await codex::current_stop();`.
/// It comes from `sync_wait`, `detach`, a `TaskScope`, `when_any`, `when_all` or `with_timeout`.
/// Every awaited call of the SDK obeys it: a wait ends with `CancelledError`.
[[nodiscard]] inline detail::StopQuery current_stop() noexcept { return {}; }

/// Waits. A stop request ends it with `CancelledError`.
Task<void> sleep_for(std::chrono::milliseconds duration, std::stop_token stop = {});

}  // namespace codex
