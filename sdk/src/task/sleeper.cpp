#include <codex/async/task.hpp>

namespace codex::detail {

void Sleeper::wake() noexcept {
  // Not run on this thread where the executor fails: it may be the one that reads.
  try {
    (*executor_)([self = shared_from_this()] { self->go_on(); });
  } catch (...) {  // NOLINT(bugprone-empty-catch): as dropped by the executor
  }
}

void Sleeper::forget() noexcept {
  const std::lock_guard lock(mutex_);
  coroutine_ = nullptr;
}

void Sleeper::go_on() {
  std::unique_lock lock(mutex_);
  const auto coroutine = std::exchange(coroutine_, nullptr);
  lock.unlock();
  if (coroutine) coroutine.resume();
}

}  // namespace codex::detail
