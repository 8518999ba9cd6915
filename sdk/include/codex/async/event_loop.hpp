#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/stop_token.hpp>

namespace codex {

namespace detail {

template <class Fn>
concept TaskFunction = std::invocable<Fn&> && is_task<std::invoke_result_t<Fn&>>;

}  // namespace detail

/// An event loop on one thread: it runs posted functions one after the other, in order, and
/// coroutines that have it as their executor. For programs without a toolkit's loop:
///
///     codex::EventLoop loop;  // before the client, which needs it until it is closed
///     codex::AsyncCodex codex(config, loop.executor());
///     loop.run(serve(codex));
///
/// `post`, `stop` and `executor` may be called from any thread, also from functions that the loop
/// runs. One thread at a time may `run` it.
class EventLoop {
 public:
  /// Starts no thread. Runs nothing until `run`.
  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop(EventLoop&&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;
  EventLoop& operator=(EventLoop&&) = delete;
  /// Drops functions that have not run. Coroutines that would resume here never do; their owners
  /// free them. Not while it runs.
  ~EventLoop();

  /// Runs the task and posted functions on this thread until the task ends, and returns its value
  /// or throws its error. `stop` is the task's stop token. Functions that are left by then wait for
  /// the next `run`.
  ///
  /// A posted function that throws stops the task; when the task has ended, `run` throws the
  /// function's error, the first one if there are several. Throws CodexError if the loop runs
  /// already, or the task was awaited before.
  template <class T>
  T run(Task<T>&& task, const std::stop_token& stop = {}) {
    auto owned = std::move(task);
    return run(owned, stop);
  }
  /// The same.
  template <class T>
  T run(Task<T>& task, const std::stop_token& stop = {}) {
    detail::TaskAccess::check(task);
    const auto start = [&task](detail::Continuation at_end, detail::TaskContext context) {
      return detail::TaskAccess::start(task, at_end, std::move(context));
    };
    run_until_end(start, stop);
    return detail::TaskAccess::take(task);
  }
  /// The same for a function that makes the task, such as a lambda. Its captures live until the
  /// task ends.
  template <detail::TaskFunction Fn>
  auto run(Fn&& make_task, const std::stop_token& stop = {}) {
    auto task = make_task();
    return run(task, stop);
  }

  /// Runs posted functions on this thread until `stop()`, or a request of the stop token. Functions
  /// that are left by then wait for the next `run`. Throws what a posted function throws; the loop
  /// may be run again. Throws CodexError if the loop runs already.
  void run(const std::stop_token& stop = {});

  /// Ends `run()`, after the function that runs now. A `run(task)` ends when its task does: this
  /// requests the task's stop. If the loop does not run, the next `run` is stopped as it begins.
  /// Not for signal handlers.
  void stop();

  /// Lets the loop run a function. Functions that wait when the loop is destroyed, or are posted
  /// later by its executor, are dropped. Throws CodexError if a million functions wait already, and
  /// for an empty function.
  void post(std::function<void()> function);

  /// The loop as executor of clients, tasks and scopes. It may outlive the loop, and does not keep
  /// `run` from returning.
  [[nodiscard]] Executor executor() const;

 private:
  using Start = std::function<bool(detail::Continuation, detail::TaskContext)>;
  void run_until_end(const Start& start, const std::stop_token& stop);

  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace codex
