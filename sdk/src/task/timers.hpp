#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <unordered_map>
#include <utility>

#include "task/clock.hpp"
#include "task/owner_process.hpp"

namespace codex::detail {

/// Why an operation ended before it completed.
enum class Expiry { deadline, stop };

/// The deadlines and stop tokens of all waits, checked by the I/O thread. Thread-safe; calls only
/// `wake` with its lock held.
class Timers {
 public:
  using Id = std::uint64_t;
  using Callback = std::function<void(Expiry)>;

  /// `wake` makes the I/O thread ask for `next_due` again.
  explicit Timers(std::function<void()> wake) : wake_(std::move(wake)) {}

  /// Calls the callback on the I/O thread when the deadline passes. TimePoint::max() never passes.
  [[nodiscard]] Id add(TimePoint deadline, Callback callback);

  /// Makes it due at once, because of a stop request. Does nothing if it was removed.
  void expire_now(Id id);

  /// Removes it; its callback may be running at this moment.
  void remove(Id id);

  /// I/O thread: when to call `run_due` at the latest.
  [[nodiscard]] TimePoint next_due();

  /// I/O thread: calls what is due.
  void run_due();

  /// Drops everything, and wakes no thread any more.
  void stop();

 private:
  struct Timer {
    TimePoint due;
    Expiry expiry;
    Callback callback;
  };

  [[nodiscard]] std::optional<std::pair<Callback, Expiry>> take_due(TimePoint now);
  void arm(TimePoint due);

  const OwnerProcess owner_;
  std::mutex mutex_;
  std::function<void()> wake_;
  std::unordered_map<Id, Timer> timers_;
  std::set<std::pair<TimePoint, Id>> order_;
  // When the I/O thread wakes by itself. Not moved back when timers are removed: since most of them
  // are, this saves a wake for nearly every new one.
  TimePoint armed_ = TimePoint::max();
  Id next_id_ = 1;
};

/// Watches a deadline and a stop token for as long as it lives.
class Watch {
 public:
  Watch(std::shared_ptr<Timers> timers, TimePoint deadline, const std::stop_token& stop,
        Timers::Callback on_expiry);
  ~Watch() { timers_->remove(id_); }
  Watch(const Watch&) = delete;
  Watch(Watch&&) = delete;
  Watch& operator=(const Watch&) = delete;
  Watch& operator=(Watch&&) = delete;

 private:
  struct ExpireNow {
    Timers* timers;
    Timers::Id id;
    void operator()() const { timers->expire_now(id); }
  };

  std::shared_ptr<Timers> timers_;
  Timers::Id id_;
  std::optional<std::stop_callback<ExpireNow>> on_stop_;
};

}  // namespace codex::detail
