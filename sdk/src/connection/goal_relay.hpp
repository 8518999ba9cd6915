#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <codex/notification.hpp>

#include "connection/event_log.hpp"
#include "connection/subscription.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {

/// Makes one turn of all the turns that the runtime starts by itself in pursuit of a thread's goal:
/// their events as if all belonged to the first one, of which only the start is shown, and one
/// turn/completed when the goal has ended and none of them runs any more. Thread-safe.
class GoalRelay {
 public:
  GoalRelay(std::string thread_id, std::size_t event_buffer_bytes,
            const std::shared_ptr<Timers>& timers);

  [[nodiscard]] const std::string& thread_id() const noexcept { return thread_id_; }

  /// The one turn.
  [[nodiscard]] const std::shared_ptr<EventLog>& events() const noexcept { return events_; }

  /// The goal is about to be set: what comes from now on counts.
  void accept();

  /// Takes an event of the thread; false when it is none of the goal's. I/O thread.
  [[nodiscard]] bool take(const Notification& event);

  /// Nothing more comes of the goal, for this reason.
  void fail(const std::function<std::exception_ptr()>& error);

  [[nodiscard]] bool is_over() const;

  /// The turn that runs; empty between two of them.
  [[nodiscard]] std::string running_turn() const;

  /// Hands over the turn/started of the turn that runs or of the next one; nothing when none comes.
  void when_running(TimePoint deadline, const std::stop_token& stop,
                    Completion<NextEvent> completion);

  /// The runtime said that this turn does not run any more.
  void note_ended(std::string_view turn_id);

  /// The goal's end will be the caller's doing: its turn/completed says `interrupted`, and waits
  /// for `end_interrupt`, so that nothing else starts on the thread before the interrupt was sent.
  void begin_interrupt();
  void end_interrupt();

  /// Nobody wants the goal any more: the thread is free.
  void abandon();

 private:
  /// What an event leads to, to be done without the lock.
  struct Step {
    bool is_taken = false;
    std::optional<Notification> shown = {};
    std::optional<Notification> started = {};
    bool is_last = false;
  };

  void publish(const Step& step) const;

  // All of these with the lock held.
  [[nodiscard]] Step step_for(const Notification& event);
  void note_goal(const Notification& event);
  [[nodiscard]] bool is_of_goal(std::string_view turn_id) const;
  [[nodiscard]] Step note_started(const Notification& event);
  void note_completed(const Notification& event);
  [[nodiscard]] Step step_at_end(bool is_taken);
  [[nodiscard]] Notification relabelled(const Notification& event);
  [[nodiscard]] Notification last_event();
  [[nodiscard]] Notification scanned(std::string line, const Notification& original);

  const std::string thread_id_;
  const std::shared_ptr<EventLog> events_;
  const std::shared_ptr<EventLog> turns_;  // each turn/started

  mutable std::mutex mutex_;
  EnvelopeScanner scanner_;
  bool is_accepting_ = false;
  bool is_over_ = false;
  bool was_active_ = false;      // the goal, according to the runtime
  bool has_goal_ended_ = false;  // likewise
  bool is_interrupted_ = false;
  int interrupts_under_way_ = 0;
  std::string turn_id_;               // of the first turn, which stands for all
  std::deque<std::string> turn_ids_;  // of the latest turns
  std::optional<std::int64_t> started_at_;
  std::optional<Notification> running_;    // its turn/started
  std::optional<Notification> completed_;  // the last turn/completed
};

}  // namespace codex::detail
