#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include <codex/async/task.hpp>
#include <codex/notification_stream.hpp>

namespace codex {

namespace detail {
class AsyncCore;
}

/// As `NotificationStream`, awaitable.
class AsyncNotificationStream {
 public:
  AsyncNotificationStream(AsyncNotificationStream&&) noexcept;
  AsyncNotificationStream& operator=(AsyncNotificationStream&&) noexcept;
  ~AsyncNotificationStream();

  /// As `NotificationStream::next`. A wait that is dropped or stopped loses nothing. One wait at a
  /// time.
  Task<Notification> next();

  /// As `NotificationStream::try_next`.
  std::optional<Notification> try_next();

  /// As `NotificationStream::dropped`.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  friend class AsyncCodex;
  AsyncNotificationStream(std::shared_ptr<detail::AsyncCore> core,
                          std::shared_ptr<detail::NotificationReader> reader);
  std::shared_ptr<detail::AsyncCore> core_;
  std::shared_ptr<detail::NotificationReader> reader_;
};

}  // namespace codex
