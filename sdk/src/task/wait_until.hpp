#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "task/clock.hpp"

namespace codex::detail {

/// Waits until the condition is met; false if the deadline comes first. The waits of the
/// standard libraries overflow for deadlines far away, and then end at once or never.
template <class ConditionVariable, class Condition>
bool wait_until(ConditionVariable& changed, std::unique_lock<std::mutex>& lock, TimePoint deadline,
                Condition condition) {
  while (!condition()) {
    const TimePoint now = Clock::now();
    if (deadline <= now) return false;
    changed.wait_until(lock, std::min(deadline, now + std::chrono::hours{1}));
  }
  return true;
}

}  // namespace codex::detail
