#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace codex::detail {

/// How long to wait before a request is sent again that a crowded runtime refused `refusals` times:
/// 50 ms, twice as long each time, at most 2 s, and at random a fifth more or less, so that clients
/// do not come back at once.
inline std::chrono::milliseconds overload_pause(int refusals) {
  constexpr double first = 50;
  constexpr double longest = 2000;
  constexpr int doublings = 6;  // reach the longest
  thread_local std::minstd_rand engine{std::random_device{}()};
  const double jitter = std::uniform_real_distribution<double>(0.8, 1.2)(engine);
  const double pause = std::min(longest, first * (1 << std::clamp(refusals - 1, 0, doublings)));
  return std::chrono::milliseconds(static_cast<std::int64_t>(pause * jitter));
}

}  // namespace codex::detail
