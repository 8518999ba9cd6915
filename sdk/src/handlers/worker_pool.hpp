#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace codex::detail {

/// Threads for code of the host program, started when they are needed. Thread-safe.
class WorkerPool {
 public:
  using Task = std::function<void()>;

  /// At most so many threads, and so many tasks that wait for one. The threads take the signals
  /// that this one takes.
  WorkerPool(std::size_t max_threads, std::size_t max_waiting);

  /// As `finish` with no patience.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool(WorkerPool&&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  WorkerPool& operator=(WorkerPool&&) = delete;

  /// Has the task run on one of the threads; what it throws is lost. False when too many wait, or
  /// after `finish`.
  [[nodiscard]] bool post(Task task);

  /// Takes no more tasks, and waits until those there are have run. A task that has not ended by
  /// then is left to itself, with its thread: it cannot be ended from outside, and must not hold up
  /// the caller for ever. A task may call it, which then does not wait for itself. Returns the
  /// number of tasks that were left behind. Idempotent.
  std::size_t finish(std::chrono::milliseconds patience) noexcept;

 private:
  struct State;  // shared with the threads, as these may outlive the pool
  const std::shared_ptr<State> state_;
};

}  // namespace codex::detail
