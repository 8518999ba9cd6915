#pragma once

#include <stop_token>

#include <codex/async/task.hpp>

#include "connection/subscription.hpp"
#include "task/operation.hpp"

namespace codex::detail {

/// The subscription's next event; nothing at the end. An event that is there already comes first,
/// whatever the deadline and `stop` say. What is given up before it ends loses no event.
inline Task<NextEvent> next_event(Subscription& events, TimePoint deadline, std::stop_token stop) {
  const std::stop_token context_stop = co_await current_stop();
  const auto wait = [&](Completion<NextEvent> completion, const std::stop_token& any_stop) {
    events.when_ready(deadline, any_stop, std::move(completion));
  };
  while (true) {
    if (context_stop.stop_requested()) throw CancelledError("Cancelled while waiting for an event");
    if (NextEvent event = events.try_next()) co_return event;
    if (events.is_at_end()) co_return std::nullopt;
    OperationTerms<NextEvent> terms{.stop = stop};
    co_await operation<NextEvent>(wait, std::move(terms));
  }
}

}  // namespace codex::detail
