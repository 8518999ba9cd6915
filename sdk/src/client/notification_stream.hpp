#pragma once

#include <codex/notification_stream.hpp>
#include <codex/options.hpp>

#include "connection/subscription.hpp"

namespace codex {

struct NotificationStream::Impl {
  detail::Subscription events;
  WaitOptions options;
};

}  // namespace codex
