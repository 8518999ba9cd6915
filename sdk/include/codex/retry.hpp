#pragma once

#include <chrono>
#include <exception>
#include <type_traits>
#include <utility>

#include <codex/async/fwd.hpp>
#include <codex/errors.hpp>
#include <codex/stop_token.hpp>

namespace codex {

/// How `retry_on_overload` repeats a call.
struct RetryOptions {
  /// The total number of calls, including the first one; at least 1.
  int max_attempts = 3;
  /// The pause before the second attempt; it doubles each time.
  std::chrono::milliseconds initial_delay = std::chrono::milliseconds{250};
  /// The longest pause, before jitter.
  std::chrono::milliseconds max_delay = std::chrono::milliseconds{2000};
  /// Each pause is lengthened or shortened at random by up to this fraction.
  double jitter_ratio = 0.2;
  /// Ends a pause at once, with `CancelledError`.
  std::stop_token stop = {};
};

namespace detail {

/// The pauses between attempts.
class RetryPauses {
 public:
  /// Throws std::invalid_argument when `max_attempts` is below 1.
  explicit RetryPauses(const RetryOptions& options);

  /// Whether another attempt may follow this failure.
  [[nodiscard]] bool may_retry(const std::exception& error) const noexcept;

  /// Waits before the next attempt. Throws `CancelledError` when stopped.
  void pause();
  /// The same, awaitable.
  Task<void> sleep();

 private:
  [[nodiscard]] std::chrono::duration<double, std::milli> next();

  RetryOptions options_;
  int attempts_made_ = 1;
  std::chrono::duration<double, std::milli> delay_;
};

}  // namespace detail

/// Calls `fn` until it succeeds, throws an error that is not retryable (see `is_retryable_error`),
/// or the attempts are used up; rethrows the last error. Throws std::invalid_argument for
/// `max_attempts` below 1, and `CancelledError` when `stop` is triggered during a pause.
template <class Fn>
  requires(!detail::is_task<std::invoke_result_t<Fn&>>)
std::invoke_result_t<Fn&> retry_on_overload(Fn&& fn, const RetryOptions& options = {}) {
  detail::RetryPauses pauses(options);
  while (true) {
    try {
      return fn();
    } catch (const std::exception& error) {
      if (!pauses.may_retry(error)) throw;
    }
    pauses.pause();
  }
}

}  // namespace codex
