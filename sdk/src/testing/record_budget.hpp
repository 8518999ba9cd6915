#pragma once

#include <cstddef>

namespace codex::testing::detail {

/// How many requests, and how many bytes of them, a test server records. Not thread-safe.
class RecordBudget {
 public:
  static constexpr std::size_t most_requests = 10'000;
  static constexpr std::size_t most_bytes = std::size_t{1} << 30;

  /// Whether one more fits; if so, counts it.
  [[nodiscard]] bool take(std::size_t bytes) noexcept {
    if (requests_ == most_requests || bytes > most_bytes - bytes_) return false;
    ++requests_;
    bytes_ += bytes;
    return true;
  }

 private:
  std::size_t requests_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace codex::testing::detail
