#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>

#include <codex/retry.hpp>

namespace codex::detail {
namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

Milliseconds random_within(Milliseconds spread) {
  if (spread.count() <= 0) return Milliseconds{0};
  thread_local std::minstd_rand engine{std::random_device{}()};
  return Milliseconds{
      std::uniform_real_distribution<double>(-spread.count(), spread.count())(engine)};
}

void sleep_unless_stopped(Milliseconds duration, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never_notified;
  std::unique_lock lock(mutex);
  never_notified.wait_for(lock, stop, duration, [] { return false; });
  if (stop.stop_requested()) throw CancelledError("Cancelled while waiting to retry");
}

}  // namespace

RetryPauses::RetryPauses(const RetryOptions& options)
    : options_(options), delay_(options.initial_delay) {
  if (options.max_attempts < 1) throw std::invalid_argument("max_attempts must be >= 1");
}

bool RetryPauses::may_retry(const std::exception& error) const noexcept {
  return attempts_made_ < options_.max_attempts && is_retryable_error(error);
}

void RetryPauses::pause() {
  const Milliseconds longest = options_.max_delay;
  const Milliseconds jitter = random_within(delay_ * options_.jitter_ratio);
  sleep_unless_stopped(std::min(longest, delay_) + jitter, options_.stop);
  delay_ = std::min(longest, delay_ * 2);
  ++attempts_made_;
}

}  // namespace codex::detail
