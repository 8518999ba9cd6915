#pragma once

#include <memory>

#include <codex/async/task.hpp>
#include <codex/notification_stream.hpp>
#include <codex/options.hpp>

#include "connection/subscription.hpp"

namespace codex::detail {

/// The source of a stream of notifications, and how long it waits.
struct NotificationReader {
  Subscription events;
  WaitOptions options;
};

/// See NotificationStream::next.
Task<Notification> next_notification_of(std::shared_ptr<NotificationReader> reader);

}  // namespace codex::detail
