#pragma once

#include <memory>
#include <mutex>
#include <string>

#include <codex/turn.hpp>

#include "client/client_core.hpp"
#include "client/turn_collector.hpp"
#include "connection/subscription.hpp"

namespace codex::detail {

/// What the copies of a `TurnHandle` and their streams share. Thread-safe.
class TurnState {
 public:
  TurnState(std::shared_ptr<Client> client, std::string thread_id, std::string turn_id,
            const TurnOptions& options, TimePoint started, Subscription events);

  [[nodiscard]] const std::string& thread_id() const noexcept { return thread_id_; }
  [[nodiscard]] const std::string& turn_id() const noexcept { return turn_id_; }
  [[nodiscard]] const Client& client() const noexcept { return *client_; }

  /// Waits for the subscription's next event within the bounds of the turn's options. When they are
  /// passed: interrupts the turn and throws TimeoutError or CancelledError with what was collected.
  [[nodiscard]] std::optional<Notification> next(Subscription& events);

  /// A place in the events from now on.
  [[nodiscard]] Subscription subscribe();

  /// Waits for the end of the turn.
  [[nodiscard]] TurnResult wait_for_result();

  protocol::TurnInterruptResponse interrupt(const CallOptions& options) const;
  protocol::TurnSteerResponse steer(const Input& input, const CallOptions& options) const;

 private:
  /// Takes over what has come so far, so that no event is held for the result alone.
  void collect();
  [[nodiscard]] TurnCollector collected();
  [[nodiscard]] bool is_completed();

  struct Ending {
    std::shared_ptr<const TurnResult> collected;
    std::string told;  // whether it was interrupted, for people
  };
  /// Interrupts the turn, gives it a moment to end, and tells what it came to.
  [[nodiscard]] Ending end_early();
  [[noreturn]] void time_out(const std::string& why);
  [[noreturn]] void cancel();

  const std::shared_ptr<Client> client_;
  const std::string thread_id_;
  const std::string turn_id_;
  const TimePoint deadline_;
  const std::chrono::milliseconds inactivity_timeout_;
  const std::stop_token stop_;

  std::mutex mutex_;
  Subscription unread_;  // what the collector has not seen
  TurnCollector collector_;
};

}  // namespace codex::detail
