#include "connection/subscription.hpp"

#include <utility>

namespace codex::detail {

Subscription::Subscription(std::shared_ptr<EventLog> log, const void* owner)
    : log_(std::move(log)), cursor_(log_->open_cursor(owner)) {}

Subscription::Subscription(std::shared_ptr<EventLog> log,
                           std::shared_ptr<EventLog::Cursor> cursor) noexcept
    : log_(std::move(log)), cursor_(std::move(cursor)) {}

Subscription Subscription::to_one(Notification event) {
  // Over before anyone waits: it needs no timers.
  const auto log = std::make_shared<EventLog>("an ended turn", Retention::turn, 0, nullptr);
  Subscription subscription(log);
  log->append(std::move(event));
  log->finish();
  return subscription;
}

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    release();
    owner_ = other.owner_;
    log_ = std::move(other.log_);
    cursor_ = std::move(other.cursor_);
  }
  return *this;
}

Subscription::~Subscription() { release(); }

Subscription Subscription::fork() const {
  auto cursor = log_at_home().copy_cursor(*cursor_);
  return {log_, std::move(cursor)};
}

NextEvent Subscription::try_next() { return log_at_home().try_next(*cursor_); }

NextEvent Subscription::next_if_there() { return log_at_home().next_if_there(*cursor_); }

void Subscription::next(TimePoint deadline, const std::stop_token& stop,
                        Completion<NextEvent> completion) {
  log_at_home().next(cursor_, deadline, stop, std::move(completion));
}

void Subscription::when_ready(TimePoint deadline, const std::stop_token& stop,
                              Completion<NextEvent> completion) {
  log_at_home().when_ready(cursor_, deadline, stop, std::move(completion));
}

bool Subscription::is_at_end() const { return log_at_home().is_at_end(*cursor_); }

std::uint64_t Subscription::dropped() const { return log_at_home().dropped(*cursor_); }

EventLog& Subscription::log_at_home() const {
  owner_.check();
  return *log_;
}

void Subscription::release() noexcept {
  if (log_ && !owner_.is_this()) {  // left alone: its last owner would destroy it
    (void)new auto(std::move(log_));
    (void)new auto(std::move(cursor_));
    return;
  }
  if (log_) log_->close_cursor(cursor_);
  log_.reset();
  cursor_.reset();
}

}  // namespace codex::detail
