#include "client/notification_stream.hpp"

#include <codex/errors.hpp>

namespace codex {

NotificationStream::NotificationStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
NotificationStream::NotificationStream(NotificationStream&&) noexcept = default;
NotificationStream& NotificationStream::operator=(NotificationStream&&) noexcept = default;
NotificationStream::~NotificationStream() = default;

Notification NotificationStream::next() {
  const auto& [timeout, stop] = impl_->options;
  const auto deadline =
      timeout ? detail::deadline_after(detail::Clock::now(), *timeout) : detail::TimePoint::max();
  auto event = impl_->events.next_blocking(deadline, stop);
  if (!event) throw TransportClosedError("The connection's notifications have ended");
  return *std::move(event);
}

std::optional<Notification> NotificationStream::try_next() { return impl_->events.try_next(); }

std::uint64_t NotificationStream::dropped() const { return impl_->events.dropped(); }

}  // namespace codex
