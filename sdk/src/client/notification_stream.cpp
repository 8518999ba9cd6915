#include "client/notification_stream.hpp"

#include <codex/errors.hpp>

#include "connection/next_event.hpp"

namespace codex {

Task<Notification> detail::next_notification_of(std::shared_ptr<NotificationReader> reader) {
  const auto& [timeout, stop] = reader->options;
  const auto deadline = timeout ? deadline_after(Clock::now(), *timeout) : TimePoint::max();
  auto event = co_await next_event(reader->events, deadline, stop);
  if (!event) throw TransportClosedError("The connection's notifications have ended");
  co_return *std::move(event);
}

NotificationStream::NotificationStream(std::shared_ptr<detail::NotificationReader> reader)
    : reader_(std::move(reader)) {}
NotificationStream::NotificationStream(NotificationStream&&) noexcept = default;
NotificationStream& NotificationStream::operator=(NotificationStream&&) noexcept = default;
NotificationStream::~NotificationStream() = default;

Notification NotificationStream::next() { return sync_wait(detail::next_notification_of(reader_)); }

std::optional<Notification> NotificationStream::try_next() { return reader_->events.try_next(); }

std::uint64_t NotificationStream::dropped() const { return reader_->events.dropped(); }

}  // namespace codex
