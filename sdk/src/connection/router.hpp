#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/notification.hpp>

#include "connection/goal_relay.hpp"
#include "connection/subscription.hpp"
#include "task/outcome.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {

class Router;

/// Held from before turn/start is sent until its response: keeps the events of all turns of the
/// thread, as it is not known yet which one is meant: those of the latest 64, and no more than
/// `event_buffer_bytes` in all. Its end frees what nobody else reads.
class PendingTurn {
 public:
  PendingTurn(PendingTurn&& other) noexcept = default;
  PendingTurn(const PendingTurn&) = delete;
  PendingTurn& operator=(PendingTurn&& other) noexcept;
  PendingTurn& operator=(const PendingTurn&) = delete;
  ~PendingTurn();

  /// The events of this turn from the moment the PendingTurn was made. Valid once.
  [[nodiscard]] Subscription bind(const std::string& turn_id) &&;

  /// Names this start, also after its end.
  using Start = std::shared_ptr<const void>;
  [[nodiscard]] Start start() const { return state_; }

 private:
  friend class Router;
  struct State {
    std::string thread_id;
    bool is_review = false;
    std::map<std::string, Subscription, std::less<>> turns;
    bool gives_back = false;                 // what nobody took goes to the connection's own stream
    std::vector<std::string> followed = {};  // turns that had a reader before
    std::deque<std::string> order = {};      // of these, the oldest first
    std::uint64_t forgotten = 0;             // events of turns that are no longer among these
  };

  PendingTurn(std::shared_ptr<Router> router, std::shared_ptr<State> state) noexcept;
  void release() noexcept;

  std::shared_ptr<Router> router_;
  std::shared_ptr<State> state_;
};

/// Brings each notification to those who wait for it: a login's by login id, a turn's by turn id,
/// and the rest, with whatever nobody asked for, to the connection's own stream. Thread-safe.
class Router : public std::enable_shared_from_this<Router> {
 public:
  /// Each stream may hold that many bytes of unread events.
  Router(std::size_t event_buffer_bytes, std::shared_ptr<Timers> timers);

  /// I/O thread.
  void route(std::shared_ptr<const Message> message);

  /// The connection is lost: everyone who waits gets the error, behind the events that have come.
  void fail(const Failure& failure);

  /// This turn, and what a goal has of it, ends with that error: nothing more comes of it.
  void fail_turn(const std::string& turn_id, const std::function<std::exception_ptr()>& error);
  /// The same for a goal that has the thread.
  void fail_goal(const std::string& thread_id, const std::function<std::exception_ptr()>& error);
  /// The same for all logins.
  void fail_logins(const Failure& failure);
  /// Whether a goal has the thread.
  [[nodiscard]] bool has_goal(std::string_view thread_id);

  /// Begins to keep the events of this thread's turns: call it before turn/start is sent. Throws
  /// TransportClosedError when the connection is lost, as do the others, and InvalidRequestError
  /// while a goal has the thread.
  [[nodiscard]] PendingTurn expect_turn(std::string thread_id) {
    return expect(std::move(thread_id), false);
  }

  /// The same for a turn that may run already. The events of others, which nobody reads, go to the
  /// connection's own stream after all.
  [[nodiscard]] PendingTurn expect_running(std::string thread_id);

  /// The same for review/start. The runtime runs a review under another id than all its events
  /// bear but turn/started, which is brought to it all the same.
  [[nodiscard]] PendingTurn expect_review(std::string thread_id) {
    return expect(std::move(thread_id), true);
  }

  /// Gives the thread's turns to a goal, until that is over or nobody holds the relay. Throws
  /// InvalidRequestError when another one has them.
  [[nodiscard]] std::shared_ptr<GoalRelay> expect_goal(const std::string& thread_id);

  /// Calls `act` unless a goal has the thread, or another start than `but` follows or starts a turn
  /// of it. Holds the router's lock: starts wait, so a request that `act` sends precedes theirs.
  /// Only a retry of that request (after a cut, or an overload) may follow them. `act` must not
  /// call the router.
  void unless_in_use(std::string_view thread_id, const PendingTurn::Start& but,
                     const std::function<void()>& act);

  /// The events from now on of a turn that runs. Throws CodexError when it is known to be over.
  [[nodiscard]] Subscription attach(const std::string& thread_id, const std::string& turn_id);

  /// The completion of a login, whether it has come already or not, then the end.
  [[nodiscard]] Subscription expect_login(const std::string& login_id);

  /// What belongs to no turn and no login, or to one that nobody listens to; what came before
  /// anyone listened too, within the limit.
  [[nodiscard]] Subscription general();

  /// What it keeps at present: logs of turns that have a reader, and what all logs hold.
  struct Held {
    std::size_t turns = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Held held();

 private:
  friend class PendingTurn;
  using RootTurnId = decltype(Envelope::root_turn_id);  // points into the event
  using PendingStates = std::vector<std::shared_ptr<PendingTurn::State>>;

  // Logs live as long as someone reads them.
  struct Turn {
    std::string thread_id;
    std::weak_ptr<EventLog> log;
    bool is_review;
    bool has_begun;  // known of reviews only, and only where the runtime names no root
  };

  [[nodiscard]] PendingTurn expect(std::string thread_id, bool is_review);
  [[nodiscard]] PendingTurn expect(std::string thread_id,
                                   std::shared_ptr<PendingTurn::State> state);
  void route_login(std::string_view login_id, Notification event);
  void route_turn(Notification event, RootTurnId root);
  [[nodiscard]] bool route_goal(const Notification& event);

  // All of these with the lock held.
  [[nodiscard]] bool is_in_use(std::string_view thread_id, const PendingTurn::Start& but);
  void throw_if_failed() const;
  void throw_if_goal_has(const std::string& thread_id);
  [[nodiscard]] std::shared_ptr<GoalRelay> goal_of(std::string_view thread_id);
  [[nodiscard]] std::shared_ptr<EventLog> new_log(const std::string& name) const;
  [[nodiscard]] std::shared_ptr<EventLog> find_turn(std::string_view turn_id);
  [[nodiscard]] std::shared_ptr<EventLog> open_turn(const std::string& thread_id,
                                                    const std::string& turn_id, bool is_review);
  [[nodiscard]] std::shared_ptr<EventLog> turn_for(std::string_view thread_id,
                                                   std::string_view turn_id);
  [[nodiscard]] std::shared_ptr<EventLog> review_started_by(const Notification& event,
                                                            RootTurnId root);
  [[nodiscard]] std::shared_ptr<EventLog> unstarted_review_for(const Notification& event);
  void add_turn(PendingTurn::State& pending, const std::string& turn_id,
                std::shared_ptr<EventLog> log);
  void bound_early_turns(std::string_view thread_id);
  [[nodiscard]] bool are_too_many(const PendingTurn::State& pending) const;
  [[nodiscard]] Subscription ended_turn(const std::string& turn_id) const;
  [[nodiscard]] bool is_expected(std::string_view thread_id) const;
  [[nodiscard]] bool is_review_expected(std::string_view thread_id) const;
  [[nodiscard]] bool is_completed(std::string_view turn_id) const;
  void note_completed(std::string_view turn_id);
  void forget_unread_logs();

  [[nodiscard]] std::vector<std::shared_ptr<EventLog>> take_live_logs();

  [[nodiscard]] Subscription bind(PendingTurn::State& pending, const std::string& turn_id);
  void release(const std::shared_ptr<PendingTurn::State>& pending) noexcept;
  void give_back(const std::shared_ptr<PendingTurn::State>& pending);

  const std::size_t event_buffer_bytes_;
  const std::shared_ptr<Timers> timers_;
  const std::shared_ptr<EventLog> general_;

  std::mutex mutex_;
  std::optional<Failure> failure_;
  std::map<std::string, Turn, std::less<>> turns_;
  PendingStates pending_;
  std::map<std::string, std::weak_ptr<GoalRelay>, std::less<>> goals_;  // by thread
  std::deque<std::string> completed_turns_;                             // the latest ones
  std::map<std::string, std::weak_ptr<EventLog>, std::less<>> logins_;
  std::deque<std::pair<std::string, Notification>> early_logins_;
  std::size_t early_login_bytes_ = 0;
};

}  // namespace codex::detail
