#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include <codex/notification.hpp>

#include "task/outcome.hpp"
#include "task/timers.hpp"

namespace codex::detail {

/// What a consumer gets: an event, or nothing at the end of the stream.
using NextEvent = std::optional<Notification>;

/// Sees all events of a log as they come, on the I/O thread, whether anyone reads them or not.
class EventObserver {
 public:
  EventObserver() = default;
  virtual ~EventObserver() = default;
  EventObserver(const EventObserver&) = delete;
  EventObserver(EventObserver&&) = delete;
  EventObserver& operator=(const EventObserver&) = delete;
  EventObserver& operator=(EventObserver&&) = delete;

  /// Called with the log locked: must be quick, and must not call the log.
  virtual void on_event(const Notification& event) noexcept = 0;

  /// No event follows; with the error, when that is why. Called once, without the lock.
  virtual void on_end(std::exception_ptr error) noexcept = 0;
};

/// What a log does with events that nobody has read yet.
enum class Retention {
  /// Holds events only for the cursors there are. When full, it drops the oldest deltas, then the
  /// oldest of the rest, and what a turn's result is made of only far beyond the limit.
  turn,
  /// Holds events for the next reader, too: up to `EventLog::max_bytes_for_nobody` while there is
  /// none. When full, it drops the oldest.
  stream,
};

/// A sequence of events with one writer and any number of readers, each with a cursor of its own.
/// What all cursors have passed is freed. Thread-safe; completions are called without locks.
class EventLog : public std::enable_shared_from_this<EventLog> {
 public:
  /// Most programs never read the stream of their connection: it must not fill their memory.
  static constexpr std::size_t max_bytes_for_nobody = std::size_t{4} * 1024 * 1024;

  /// One reader's place. Only the log looks inside.
  class Cursor {
    friend class EventLog;
    struct Wait {
      std::uint64_t id;
      Completion<NextEvent> completion;
      std::unique_ptr<Watch> watch;
      bool only_looks = false;  // leaves the event where it is
    };
    const void* owner_ = nullptr;
    std::uint64_t next_ = 0;
    std::uint64_t dropped_ = 0;
    std::optional<Wait> wait_;
  };

  /// `name` is for error messages: "turn X".
  EventLog(std::string name, Retention retention, std::size_t max_bytes,
           std::shared_ptr<Timers> timers);

  /// Adds an event and hands it to those who wait. Does nothing after the end.
  void append(Notification event);

  /// No event follows: readers get what they have not read yet, then the end.
  void finish();

  /// The same, but readers get an error at the end. Does nothing after the end.
  void fail(std::function<std::exception_ptr()> error);

  /// A cursor that gets the events from now on; in a stream, from the oldest unread one on. The
  /// owner, an address that is no more than that, is for `has_reader`.
  [[nodiscard]] std::shared_ptr<Cursor> open_cursor(const void* owner = nullptr);

  /// A cursor at the place of another one.
  [[nodiscard]] std::shared_ptr<Cursor> copy_cursor(const Cursor& cursor);

  /// Whether there is an observer, or a cursor other than those which this owner opened.
  [[nodiscard]] bool has_reader(const void* but = nullptr);

  /// Ends a cursor; who waits at it gets CancelledError.
  void close_cursor(const std::shared_ptr<Cursor>& cursor);

  /// Shows the observer what the cursor has not read yet, and then every event. The log shares it
  /// until its own end, or until `forget`.
  void observe(const std::shared_ptr<EventObserver>& observer, Cursor& from);
  void forget(const EventObserver* observer);

  /// Whether an event has come, or the end.
  [[nodiscard]] bool has_begun();

  /// What the unread events hold at present.
  [[nodiscard]] std::size_t held_bytes();

  /// How many events there have been.
  [[nodiscard]] std::uint64_t event_count();

  /// The next event if there is one already. Throws the error of `fail` behind the last one.
  [[nodiscard]] NextEvent try_next(Cursor& cursor);

  /// The next event if there is one already. Leaves the error for the next call.
  [[nodiscard]] NextEvent next_if_there(Cursor& cursor);

  /// The next event, when it comes. One wait at a time for each cursor.
  void next(const std::shared_ptr<Cursor>& cursor, TimePoint deadline, const std::stop_token& stop,
            Completion<NextEvent> completion);

  /// Completes, with no event, when there is one to read, or the end. Takes the place of an earlier
  /// wait of the same kind.
  void when_ready(const std::shared_ptr<Cursor>& cursor, TimePoint deadline,
                  const std::stop_token& stop, Completion<NextEvent> completion);

  /// Whether the cursor has read everything and nothing will follow. Throws as `try_next` does: the
  /// end may have come since that was asked.
  [[nodiscard]] bool is_at_end(Cursor& cursor);

  /// The cursor missed so many events that this log never had.
  void note_missed(Cursor& cursor, std::uint64_t count);

  /// How many events the cursor missed because they were dropped.
  [[nodiscard]] std::uint64_t dropped(Cursor& cursor);

 private:
  // In which order events are dropped.
  enum Rank : std::size_t { delta, ordinary, essential };
  struct Entry {
    Notification event;
    std::size_t bytes;
    Rank rank;
  };
  struct Delivery {
    Completion<NextEvent> completion;
    Outcome<NextEvent> outcome;
    std::unique_ptr<Watch> watch;
  };
  using Deliveries = std::vector<Delivery>;

  static void deliver(Deliveries deliveries);

  // All of these with the lock held.
  [[nodiscard]] Rank rank_of(const Notification& event) const;
  void skip_dropped(Cursor& cursor) const;
  [[nodiscard]] NextEvent read(Cursor& cursor);
  [[nodiscard]] std::optional<Outcome<NextEvent>> outcome_for(Cursor& cursor, bool only_looks);
  void wait(const std::shared_ptr<Cursor>& cursor, TimePoint deadline, const std::stop_token& stop,
            Completion<NextEvent> completion, bool only_looks);
  void free_read_entries();
  void free_oldest();
  [[nodiscard]] std::size_t limit() const;
  void drop_until_it_fits();
  [[nodiscard]] bool drop_oldest(Rank rank);
  [[nodiscard]] static Delivery take_wait(Cursor& cursor, Outcome<NextEvent> outcome);
  [[nodiscard]] Deliveries serve_waiting();

  void end(std::function<std::exception_ptr()> error);
  void expire(const std::weak_ptr<Cursor>& cursor, std::uint64_t wait_id, Expiry expiry);

  const std::string name_;
  const Retention retention_;
  const std::size_t max_bytes_;
  const std::shared_ptr<Timers> timers_;

  std::mutex mutex_;
  // By position; what was dropped leaves a gap.
  std::map<std::uint64_t, Entry> entries_;
  std::array<std::deque<std::uint64_t>, essential + 1> droppable_;  // positions, by rank
  std::uint64_t end_position_ = 0;
  std::uint64_t unread_from_ = 0;  // all cursors have passed what stands before
  std::size_t bytes_ = 0;
  std::vector<std::shared_ptr<Cursor>> cursors_;
  std::vector<std::shared_ptr<EventObserver>> observers_;
  std::uint64_t next_wait_id_ = 1;
  bool has_ended_ = false;
  std::function<std::exception_ptr()> error_;
};

}  // namespace codex::detail
