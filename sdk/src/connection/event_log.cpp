#include "connection/event_log.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace codex::detail {
namespace {

// What one event costs beyond its text.
constexpr std::size_t entry_overhead = 512;

// How far beyond the limit essential events may go.
constexpr std::size_t essential_reserve = std::size_t{64} * 1024 * 1024;

bool is_delta(std::string_view method) {
  return method.ends_with("Delta") || method.ends_with("/delta");
}

bool is_essential(std::string_view method) {
  return method == "item/completed" || method == "turn/completed" || method == "error" ||
         method == "thread/tokenUsage/updated";
}

/// Whether those who wait need it even where only its outline was kept.
bool is_last(std::string_view method) {
  return method == "turn/completed" || method == "account/login/completed";
}

}  // namespace

EventLog::EventLog(std::string name, Retention retention, std::size_t max_bytes,
                   std::shared_ptr<Timers> timers)
    : name_(std::move(name)),
      retention_(retention),
      max_bytes_(max_bytes),
      timers_(std::move(timers)) {}

void EventLog::append(Notification event) {
  std::unique_lock lock(mutex_);
  if (has_ended_) return;
  const std::size_t bytes = event.text().size() + entry_overhead;
  const Rank rank = rank_of(event);
  for (const auto& observer : observers_) observer->on_event(event);
  const bool is_lost = event.is_abridged() && !is_last(event.method());
  // Its place stays empty, so that readers count it among the dropped.
  if (is_lost || (cursors_.empty() && retention_ == Retention::turn)) {
    ++end_position_;
    return;
  }
  entries_.emplace_hint(entries_.end(), end_position_, Entry{std::move(event), bytes, rank});
  droppable_[rank].push_back(end_position_);
  ++end_position_;
  bytes_ += bytes;
  Deliveries deliveries = serve_waiting();
  drop_until_it_fits();
  lock.unlock();
  deliver(std::move(deliveries));
}

void EventLog::finish() { end(nullptr); }

void EventLog::fail(std::function<std::exception_ptr()> error) { end(std::move(error)); }

std::shared_ptr<EventLog::Cursor> EventLog::open_cursor(const void* owner) {
  const std::lock_guard lock(mutex_);
  auto cursor = std::make_shared<Cursor>();
  cursor->owner_ = owner;
  cursor->next_ = retention_ == Retention::turn ? end_position_ : unread_from_;
  cursors_.push_back(cursor);
  return cursor;
}

std::shared_ptr<EventLog::Cursor> EventLog::copy_cursor(const Cursor& cursor) {
  const std::lock_guard lock(mutex_);
  auto copy = std::make_shared<Cursor>();
  copy->next_ = cursor.next_;
  copy->dropped_ = cursor.dropped_;
  cursors_.push_back(copy);
  return copy;
}

bool EventLog::has_reader(const void* but) {
  const std::lock_guard lock(mutex_);
  return !observers_.empty() ||
         std::any_of(cursors_.begin(), cursors_.end(),
                     [but](const auto& cursor) { return !but || cursor->owner_ != but; });
}

void EventLog::close_cursor(const std::shared_ptr<Cursor>& cursor) {
  std::unique_lock lock(mutex_);
  std::erase(cursors_, cursor);
  free_read_entries();
  Deliveries deliveries;
  if (cursor->wait_) {
    deliveries.push_back(
        take_wait(*cursor, make_error<CancelledError>("Stopped listening to " + name_)));
  }
  lock.unlock();
  deliver(std::move(deliveries));
}

void EventLog::observe(const std::shared_ptr<EventObserver>& observer, Cursor& from) {
  std::unique_lock lock(mutex_);
  for (auto entry = entries_.lower_bound(from.next_); entry != entries_.end(); ++entry) {
    observer->on_event(entry->second.event);
  }
  if (!has_ended_) {
    observers_.push_back(observer);
    return;
  }
  auto error = error_ ? error_() : nullptr;
  lock.unlock();
  observer->on_end(std::move(error));
}

void EventLog::forget(const EventObserver* observer) {
  std::shared_ptr<EventObserver> forgotten;  // ends without the lock
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(observers_.begin(), observers_.end(),
                                  [&](const auto& other) { return other.get() == observer; });
  if (found == observers_.end()) return;
  forgotten = std::move(*found);
  observers_.erase(found);
}

bool EventLog::has_begun() {
  const std::lock_guard lock(mutex_);
  return end_position_ > 0 || has_ended_;
}

std::size_t EventLog::held_bytes() {
  const std::lock_guard lock(mutex_);
  return bytes_;
}

std::uint64_t EventLog::event_count() {
  const std::lock_guard lock(mutex_);
  return end_position_;
}

NextEvent EventLog::try_next(Cursor& cursor) {
  const std::lock_guard lock(mutex_);
  NextEvent event = read(cursor);
  if (!event && has_ended_ && error_) std::rethrow_exception(error_());
  return event;
}

NextEvent EventLog::next_if_there(Cursor& cursor) {
  const std::lock_guard lock(mutex_);
  return read(cursor);
}

void EventLog::next(const std::shared_ptr<Cursor>& cursor, TimePoint deadline,
                    const std::stop_token& stop, Completion<NextEvent> completion) {
  std::unique_lock lock(mutex_);
  if (cursor->wait_) throw CodexError("Only one wait at a time for the next event of " + name_);
  auto outcome = outcome_for(*cursor, false);
  if (!outcome) return wait(cursor, deadline, stop, std::move(completion), false);
  lock.unlock();
  completion(std::move(*outcome));
}

void EventLog::when_ready(const std::shared_ptr<Cursor>& cursor, TimePoint deadline,
                          const std::stop_token& stop, Completion<NextEvent> completion) {
  std::unique_lock lock(mutex_);
  Deliveries replaced;
  if (cursor->wait_ && cursor->wait_->only_looks) {
    replaced.push_back(
        take_wait(*cursor, make_error<CancelledError>("Somebody else waits for " + name_)));
  }
  if (cursor->wait_) throw CodexError("Only one wait at a time for the next event of " + name_);
  auto outcome = outcome_for(*cursor, true);
  if (!outcome) wait(cursor, deadline, stop, completion, true);
  lock.unlock();
  deliver(std::move(replaced));
  if (outcome) completion(std::move(*outcome));
}

void EventLog::wait(const std::shared_ptr<Cursor>& cursor, TimePoint deadline,
                    const std::stop_token& stop, Completion<NextEvent> completion,
                    bool only_looks) {
  const std::uint64_t id = next_wait_id_++;
  cursor->wait_.emplace(Cursor::Wait{id, std::move(completion), nullptr, only_looks});
  cursor->wait_->watch = std::make_unique<Watch>(
      timers_, deadline, stop,
      [log = weak_from_this(), cursor = std::weak_ptr(cursor), id](Expiry expiry) {
        if (const auto self = log.lock()) self->expire(cursor, id, expiry);
      });
}

bool EventLog::is_at_end(Cursor& cursor) {
  const std::lock_guard lock(mutex_);
  skip_dropped(cursor);
  const bool is_at_end = has_ended_ && cursor.next_ == end_position_;
  if (is_at_end && error_) std::rethrow_exception(error_());
  return is_at_end;
}

void EventLog::note_missed(Cursor& cursor, std::uint64_t count) {
  const std::lock_guard lock(mutex_);
  cursor.dropped_ += count;
}

std::uint64_t EventLog::dropped(Cursor& cursor) {
  const std::lock_guard lock(mutex_);
  skip_dropped(cursor);
  return cursor.dropped_;
}

void EventLog::deliver(Deliveries deliveries) {
  for (Delivery& delivery : deliveries) {
    delivery.watch.reset();
    delivery.completion(std::move(delivery.outcome));
  }
}

EventLog::Rank EventLog::rank_of(const Notification& event) const {
  if (retention_ == Retention::stream || is_delta(event.method())) return delta;
  return is_essential(event.method()) ? essential : ordinary;
}

void EventLog::skip_dropped(Cursor& cursor) const {
  const auto entry = entries_.lower_bound(cursor.next_);
  const std::uint64_t position = entry != entries_.end() ? entry->first : end_position_;
  cursor.dropped_ += position - cursor.next_;
  cursor.next_ = position;
}

NextEvent EventLog::read(Cursor& cursor) {
  skip_dropped(cursor);
  const auto entry = entries_.find(cursor.next_);
  if (entry == entries_.end()) return std::nullopt;
  NextEvent event = entry->second.event;
  ++cursor.next_;
  free_read_entries();
  return event;
}

std::optional<Outcome<NextEvent>> EventLog::outcome_for(Cursor& cursor, bool only_looks) {
  if (only_looks) {
    skip_dropped(cursor);
    if (cursor.next_ != end_position_) return NextEvent();
  } else if (NextEvent event = read(cursor)) {
    return Outcome<NextEvent>(std::move(event));
  }
  if (!has_ended_) return std::nullopt;
  if (error_) return error_();
  return NextEvent();
}

void EventLog::free_read_entries() {
  if (cursors_.empty() && retention_ == Retention::stream) return;
  std::uint64_t slowest = end_position_;
  for (const auto& cursor : cursors_) slowest = std::min(slowest, cursor->next_);
  unread_from_ = slowest;
  while (!entries_.empty() && entries_.begin()->first < slowest) free_oldest();
}

void EventLog::free_oldest() {
  const Entry& oldest = entries_.begin()->second;
  bytes_ -= oldest.bytes;
  droppable_[oldest.rank].pop_front();
  entries_.erase(entries_.begin());
}

std::size_t EventLog::limit() const {
  const bool is_for_nobody = retention_ == Retention::stream && cursors_.empty();
  return is_for_nobody ? std::min(max_bytes_, max_bytes_for_nobody) : max_bytes_;
}

void EventLog::drop_until_it_fits() {
  const std::size_t most = limit();
  while (bytes_ > most && (drop_oldest(delta) || drop_oldest(ordinary))) {
  }
  // The limit may be as large as numbers go.
  while (bytes_ > most && bytes_ - most > essential_reserve && entries_.size() > 1 &&
         drop_oldest(essential)) {
  }
}

bool EventLog::drop_oldest(Rank rank) {
  if (droppable_[rank].empty()) return false;
  const auto entry = entries_.find(droppable_[rank].front());
  droppable_[rank].pop_front();
  bytes_ -= entry->second.bytes;
  entries_.erase(entry);
  return true;
}

EventLog::Delivery EventLog::take_wait(Cursor& cursor, Outcome<NextEvent> outcome) {
  Delivery delivery{std::move(cursor.wait_->completion), std::move(outcome),
                    std::move(cursor.wait_->watch)};
  cursor.wait_.reset();
  return delivery;
}

EventLog::Deliveries EventLog::serve_waiting() {
  Deliveries deliveries;
  for (const auto& cursor : cursors_) {
    if (!cursor->wait_) continue;
    if (auto outcome = outcome_for(*cursor, cursor->wait_->only_looks)) {
      deliveries.push_back(take_wait(*cursor, std::move(*outcome)));
    }
  }
  return deliveries;
}

void EventLog::end(std::function<std::exception_ptr()> error) {
  std::unique_lock lock(mutex_);
  if (std::exchange(has_ended_, true)) return;
  error_ = std::move(error);
  Deliveries deliveries = serve_waiting();
  const auto observers = std::exchange(observers_, {});
  const auto why = error_;
  lock.unlock();
  deliver(std::move(deliveries));
  for (const auto& observer : observers) observer->on_end(why ? why() : nullptr);
}

void EventLog::expire(const std::weak_ptr<Cursor>& weak_cursor, std::uint64_t wait_id,
                      Expiry expiry) {
  const auto cursor = weak_cursor.lock();
  if (!cursor) return;
  std::unique_lock lock(mutex_);
  if (!cursor->wait_ || cursor->wait_->id != wait_id) return;
  const std::string what = "while waiting for the next event of " + name_;
  Deliveries deliveries;
  deliveries.push_back(take_wait(*cursor, expiry == Expiry::deadline
                                              ? make_error<TimeoutError>("Timed out " + what)
                                              : make_error<CancelledError>("Cancelled " + what)));
  lock.unlock();
  deliver(std::move(deliveries));
}

}  // namespace codex::detail
