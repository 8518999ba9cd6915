#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "task/clock.hpp"
#include "task/wait_until.hpp"

namespace codex::detail {

/// Counts the rounds in which the I/O thread receives, so that another thread can wait until all
/// that has arrived is read. Thread-safe.
class ReadRounds {
 public:
  /// I/O thread. Whether somebody waits, so that this round must not block.
  [[nodiscard]] bool begin() {
    const std::lock_guard lock(mutex_);
    ++begun_;
    return waiting_ > 0;
  }

  /// I/O thread. `was_quiet`: nothing had arrived.
  void end(bool was_quiet) {
    const std::lock_guard lock(mutex_);
    ended_ = begun_;
    if (was_quiet) quiet_ = begun_;
    if (waiting_ > 0) changed_.notify_all();
  }

  /// I/O thread. No round follows.
  void stop() {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    changed_.notify_all();
  }

  /// Waits until a round that began after this call found nothing more to read, or there were so
  /// many that all is read that had arrived. `wake` ends the present round. False when the deadline
  /// comes first, or no round follows.
  template <class Wake>
  [[nodiscard]] bool wait(TimePoint deadline, Wake wake) {
    std::unique_lock lock(mutex_);
    const std::uint64_t before = begun_;
    const auto has_read = [&] { return quiet_ > before || ended_ > before + max_rounds; };
    ++waiting_;
    lock.unlock();
    wake();
    lock.lock();
    wait_until(changed_, lock, deadline, [&] { return has_read() || is_stopped_; });
    --waiting_;
    return has_read();
  }

 private:
  // Those read more than what pipes and sockets hold.
  static constexpr std::uint64_t max_rounds = 64;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t begun_ = 0;
  std::uint64_t ended_ = 0;
  std::uint64_t quiet_ = 0;  // the latest of these
  int waiting_ = 0;
  bool is_stopped_ = false;
};

}  // namespace codex::detail
