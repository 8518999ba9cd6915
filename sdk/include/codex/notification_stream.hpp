#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>

#include <codex/notification.hpp>
#include <codex/pull_iterator.hpp>

namespace codex {

namespace detail {
struct NotificationReader;
}

/// The runtime's notifications that belong to no turn or login: warnings, status of threads and
/// accounts, events of turns without a handle. Each stream has its own position. For one thread at
/// a time.
class NotificationStream {
 public:
  NotificationStream(NotificationStream&&) noexcept;
  NotificationStream& operator=(NotificationStream&&) noexcept;
  ~NotificationStream();

  /// Waits for the next notification. Throws `TransportClosedError` if the connection is closed or
  /// lost, after all earlier notifications; `TimeoutError` and `CancelledError` from the stream's
  /// options, after which it can still be read.
  Notification next();

  /// The next notification, if one is waiting. Throws `TransportClosedError` like `next`.
  std::optional<Notification> try_next();

  /// How many notifications this stream missed: because it was not read for so long that they
  /// passed `CodexConfig::event_buffer_bytes`, or 4 MiB before it was opened, or because one was
  /// larger than `CodexConfig::max_message_bytes`.
  [[nodiscard]] std::uint64_t dropped() const;

  using Iterator = detail::PullIterator<NotificationStream, Notification>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  friend class Codex;
  explicit NotificationStream(std::shared_ptr<detail::NotificationReader> reader);
  std::shared_ptr<detail::NotificationReader> reader_;
};

}  // namespace codex
