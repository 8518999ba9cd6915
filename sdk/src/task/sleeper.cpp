#include <codex/async/task.hpp>

namespace codex::detail {

void Sleeper::wake() noexcept {
  std::unique_lock lock(mutex_);
  // The posted function does not keep it: a loop that owns both and ends first would own itself.
  const auto executor = std::exchange(executor_, nullptr);
  lock.unlock();
  if (!executor) return;
  // Not run on this thread if the executor fails: it may be the I/O thread.
  try {
    (*executor)([self = shared_from_this()] { self->go_on(); });
  } catch (...) {  // NOLINT(bugprone-empty-catch): as dropped by the executor
  }
}

void Sleeper::forget() noexcept {
  std::unique_lock lock(mutex_);
  coroutine_ = nullptr;
  const auto executor = std::exchange(executor_, nullptr);  // destroyed without the lock
  lock.unlock();
}

void Sleeper::go_on() {
  std::unique_lock lock(mutex_);
  const auto coroutine = std::exchange(coroutine_, nullptr);
  lock.unlock();
  if (coroutine) coroutine.resume();
}

}  // namespace codex::detail
