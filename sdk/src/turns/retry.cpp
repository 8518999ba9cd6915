#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stdexcept>

#include <codex/async/task.hpp>
#include <codex/retry.hpp>
#include <codex/turn.hpp>

#include "turns/turn_failure.hpp"
#include "wire/rpc_error.hpp"

namespace codex {
namespace {

bool may_be_tried_again(const TurnResult& failed) noexcept {
  try {
    return detail::is_retryable(failed);
  } catch (...) {  // out of memory
    return false;
  }
}

}  // namespace

bool is_retryable_error(const std::exception& error) noexcept {
  if (dynamic_cast<const ServerBusyError*>(&error) != nullptr) return true;
  if (const auto* turn = dynamic_cast<const TurnFailedError*>(&error)) {
    return may_be_tried_again(turn->result());
  }
  const auto* rpc = dynamic_cast<const JsonRpcError*>(&error);
  return rpc != nullptr && detail::reports_overload(rpc->data());
}

namespace detail {
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

Milliseconds RetryPauses::next() {
  const Milliseconds longest = options_.max_delay;
  const Milliseconds jitter = random_within(delay_ * options_.jitter_ratio);
  const Milliseconds pause = std::min(longest, delay_) + jitter;
  delay_ = std::min(longest, delay_ * 2);
  ++attempts_made_;
  return pause;
}

void RetryPauses::pause() { sleep_unless_stopped(next(), options_.stop); }

Task<void> RetryPauses::sleep() {
  return sleep_for(std::chrono::ceil<std::chrono::milliseconds>(next()), options_.stop);
}

}  // namespace detail

}  // namespace codex
