#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>

#include "connection/event_log.hpp"
#include "task/owner_process.hpp"

namespace codex::detail {

/// One consumer of a stream of events: those of a turn up to its turn/completed, of a login, or of
/// the connection. Movable. One thread at a time uses it; any number of subscriptions to the same
/// stream may be used side by side. Its end frees what only it had not read yet. In a child of fork
/// all that reads throws TransportClosedError, and its end does nothing.
class Subscription {
 public:
  /// `owner`: see EventLog::open_cursor.
  explicit Subscription(std::shared_ptr<EventLog> log, const void* owner = nullptr);
  Subscription(std::shared_ptr<EventLog> log, std::shared_ptr<EventLog::Cursor> cursor) noexcept;
  Subscription(Subscription&&) noexcept = default;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

  /// The consumer of a stream of this one event.
  [[nodiscard]] static Subscription to_one(Notification event);

  /// Another consumer, at the same place.
  [[nodiscard]] Subscription fork() const;

  /// What is consumed.
  [[nodiscard]] const std::shared_ptr<EventLog>& log() const noexcept { return log_; }

  /// Shows the observer everything from this place on.
  void observe(const std::shared_ptr<EventObserver>& observer) const {
    log_at_home().observe(observer, *cursor_);
  }

  /// The next event if it is there already. Throws TransportClosedError where the connection was
  /// lost, after all events that came before.
  [[nodiscard]] NextEvent try_next();

  /// The next event if there is one already. Leaves the error for the next call.
  [[nodiscard]] NextEvent next_if_there();

  /// Hands over the next event when it comes; nothing at the end of the stream. The outcome is an
  /// error for a deadline that passes (TimeoutError), a stop request (CancelledError), or a lost
  /// connection. An event that is there already comes first in any case. One wait at a time.
  void next(TimePoint deadline, const std::stop_token& stop, Completion<NextEvent> completion);

  /// Completes, with no event, when `try_next` has one to give, or nothing will follow; errors as
  /// above. Takes the place of an earlier wait of this kind.
  void when_ready(TimePoint deadline, const std::stop_token& stop,
                  Completion<NextEvent> completion);

  /// Whether everything was read and nothing will follow. Throws as `try_next` does.
  [[nodiscard]] bool is_at_end() const;

  /// This consumer missed so many events before it came.
  void note_missed(std::uint64_t count) { log_->note_missed(*cursor_, count); }

  /// How many events this consumer missed because it was too slow, or came too late.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  [[nodiscard]] EventLog& log_at_home() const;
  void release() noexcept;

  OwnerProcess owner_;
  std::shared_ptr<EventLog> log_;
  std::shared_ptr<EventLog::Cursor> cursor_;
};

}  // namespace codex::detail
