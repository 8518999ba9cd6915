#pragma once

#include <chrono>

namespace codex::detail {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

/// The end of a duration; never, if it is too long to represent.
inline TimePoint deadline_after(TimePoint start, std::chrono::milliseconds time) {
  if (time <= std::chrono::milliseconds::zero()) return start;
  const auto room = std::chrono::duration_cast<std::chrono::milliseconds>(TimePoint::max() - start);
  return time < room ? start + time : TimePoint::max();
}

}  // namespace codex::detail
