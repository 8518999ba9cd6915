#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <codex/async/task.hpp>
#include <codex/turn.hpp>

#include "connection/subscription.hpp"
#include "task/owner_process.hpp"
#include "task/wait_list.hpp"
#include "turns/turn_collector.hpp"
#include "turns/turn_control.hpp"

namespace codex::detail {

/// How long a turn may take.
struct TurnLimits {
  TimePoint deadline = TimePoint::max();
  std::chrono::milliseconds inactivity = std::chrono::milliseconds::max();
  std::stop_token stop = {};
  /// How long a turn whose time is up is given to end in good order.
  std::chrono::milliseconds grace = std::chrono::seconds{5};
};

/// What the copies of a `TurnHandle` and their streams share. It follows the turn to its end on the
/// I/O thread, whether anybody waits or not: it collects the result, and ends the turn early when
/// its limits are passed. Thread-safe. Its functions throw TransportClosedError in a child of fork.
class TurnState final : public EventObserver, public std::enable_shared_from_this<TurnState> {
 public:
  struct Turn {
    std::string thread_id;
    std::string turn_id;
    std::shared_ptr<TurnControl> control;
    /// Of a turn that was taken up while it ran: the items that were complete by then. More of
    /// them may come again among its events.
    std::optional<std::vector<Notification>> done_before = {};
  };

  /// Follows the turn from the place of `events` on.
  [[nodiscard]] static std::shared_ptr<TurnState> follow(Turn turn, TurnLimits limits,
                                                         std::shared_ptr<Timers> timers,
                                                         const Subscription& events);

  [[nodiscard]] const std::string& thread_id() const noexcept { return turn_.thread_id; }
  [[nodiscard]] const std::string& turn_id() const noexcept { return turn_.turn_id; }
  [[nodiscard]] TurnControl& control() const {
    owner_.check();
    return *turn_.control;
  }

  /// The subscription's next event. Once the limits are passed: waits until the turn is over, and
  /// throws TimeoutError or CancelledError with what was collected.
  Task<NextEvent> next(Subscription& events);
  /// The same where it is there already; nothing says nothing.
  [[nodiscard]] NextEvent next_if_there(Subscription& events);

  /// A place in the events from now on; when the turn is over, before its turn/completed.
  [[nodiscard]] Subscription subscribe();

  /// Whether it has ended, or is waited for no longer.
  [[nodiscard]] bool is_over();

  /// Completes when the turn is over, however that came, or with CancelledError when stopped.
  void when_over(Completion<bool> completion, const std::stop_token& stop = {});

  /// What the turn came to, once it is over: the result or the error.
  [[nodiscard]] TurnResult result();

  void on_event(const Notification& event) noexcept override;
  void on_end(std::exception_ptr error) noexcept override;

 private:
  enum class Phase {
    running,
    ending,  // its limits are passed, and it was interrupted
    over,
  };
  /// Why the turn was ended before its time, and what came of that.
  struct Ending {
    Expiry expiry;
    std::string told;  // for people; follows "The turn X"
  };

  TurnState(Turn turn, TurnLimits limits, std::shared_ptr<Timers> timers,
            const Subscription& events);

  void expire(Expiry expiry);
  void note_interrupt_failed(std::exception_ptr error);
  void give_up(const std::string& told);

  // With the lock held.
  void watch_limits();
  void watch_grace(std::chrono::milliseconds time, const std::string& told);
  [[nodiscard]] TimePoint silence() const;
  [[nodiscard]] std::string reason_for(Expiry expiry, bool is_deadline) const;

  [[nodiscard]] bool is_time_up();
  [[noreturn]] void throw_ended_early();
  [[nodiscard]] std::shared_ptr<const TurnResult> collected();

  const OwnerProcess owner_;
  const Turn turn_;
  const TurnLimits limits_;
  const std::shared_ptr<Timers> timers_;
  const std::shared_ptr<EventLog> log_;
  std::stop_source given_up_;  // wakes the streams of a turn whose end does not come

  std::mutex mutex_;
  Phase phase_ = Phase::running;
  TurnCollector collector_;
  TimePoint last_heard_;
  std::unique_ptr<Watch> watch_;
  std::optional<Ending> ending_;
  std::exception_ptr failure_;
  const std::shared_ptr<WaitList> waiting_ = std::make_shared<WaitList>();
};

}  // namespace codex::detail
