#pragma once

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>

#include "connection/subscription.hpp"
#include "task/outcome.hpp"

namespace codex::detail {

/// Passes one outcome between threads.
template <class T>
class Mailbox {
 public:
  void put(Outcome<T> outcome) {
    const std::lock_guard lock(mutex_);
    outcome_ = std::move(outcome);
    filled_.notify_one();
  }

  [[nodiscard]] Outcome<T> take() {
    std::unique_lock lock(mutex_);
    filled_.wait(lock, [this] { return outcome_.has_value(); });
    return std::move(*outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable filled_;
  std::optional<Outcome<T>> outcome_;
};

/// Blocks until the operation that `start(completion)` starts has completed; returns its value or
/// throws its error. The operation itself has the deadline and the stop token. Not on the I/O
/// thread.
template <class T, class Start>
T await(Start&& start) {
  // Shared: the completing thread may still be leaving `put` when the waiting one continues.
  auto mailbox = std::make_shared<Mailbox<T>>();
  start(Completion<T>([mailbox](Outcome<T> outcome) { mailbox->put(std::move(outcome)); }));
  return value_or_throw<T>(mailbox->take());
}

/// Waits for the subscription's next event.
inline NextEvent next_blocking(Subscription& events, TimePoint deadline = TimePoint::max(),
                               const std::stop_token& stop = {}) {
  return await<NextEvent>([&](Completion<NextEvent> completion) {
    events.next(deadline, stop, std::move(completion));
  });
}

}  // namespace codex::detail
