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

/// What the runtime tells beside turns and logins: warnings, status of threads and accounts, events
/// of turns that nobody listens to. Each stream has a place of its own. For one thread at a time.
class NotificationStream {
 public:
  NotificationStream(NotificationStream&&) noexcept;
  NotificationStream& operator=(NotificationStream&&) noexcept;
  ~NotificationStream();

  /// Waits for the next notification. Throws `TransportClosedError` when the connection is closed
  /// or lost, after all that came before; `TimeoutError` and `CancelledError` by the options that
  /// the stream was made with, after which it may be read on.
  Notification next();

  /// The next notification if it is there already. Throws `TransportClosedError` as `next` does.
  std::optional<Notification> try_next();

  /// How many notifications this stream missed: because it was not read for so long that they
  /// passed `CodexConfig::event_buffer_bytes`, or because one was larger than
  /// `CodexConfig::max_message_bytes`.
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
