#include "client/turn_state.hpp"

#include <codex/errors.hpp>

#include "client/params.hpp"

namespace codex::detail {
namespace {

/// How long a turn that has used up its time is given to end in good order.
constexpr std::chrono::seconds interrupt_grace{5};

TimePoint deadline_after(TimePoint start, const std::optional<std::chrono::milliseconds>& timeout) {
  return timeout ? start + *timeout : TimePoint::max();
}

std::string after(std::chrono::milliseconds time) { return std::to_string(time.count()) + " ms"; }

}  // namespace

TurnState::TurnState(std::shared_ptr<Client> client, std::string thread_id, std::string turn_id,
                     const TurnOptions& options, TimePoint started, Subscription events)
    : client_(std::move(client)),
      thread_id_(std::move(thread_id)),
      turn_id_(std::move(turn_id)),
      deadline_(deadline_after(started, options.timeout)),
      inactivity_timeout_(options.inactivity_timeout),
      stop_(options.stop),
      unread_(std::move(events)),
      collector_(turn_id_) {}

std::optional<Notification> TurnState::next(Subscription& events) {
  const TimePoint silence = Clock::now() + inactivity_timeout_;
  try {
    auto event = events.next_blocking(std::min(deadline_, silence), stop_);
    collect();
    return event;
  } catch (const TimeoutError&) {
    const std::string what = deadline_ <= silence
                                 ? "The turn " + turn_id_ + " did not end in the time it was given."
                                 : "The runtime was silent about turn " + turn_id_ + " for " +
                                       after(inactivity_timeout_) + ".";
    throw TimeoutError(what + " It was interrupted.", end_early());
  } catch (const CancelledError&) {
    throw CancelledError("The turn " + turn_id_ + " was cancelled and interrupted.", end_early());
  }
}

Subscription TurnState::subscribe() {
  collect();
  const std::lock_guard lock(mutex_);
  return unread_.fork();
}

TurnResult TurnState::wait_for_result() {
  Subscription events = subscribe();
  while (next(events)) {
  }
  const TurnCollector collector = collected();
  TurnResult result = collector.result();
  if (!collector.is_completed()) {
    throw CodexError("The events of turn " + turn_id_ + " ended without turn/completed.");
  }
  if (result.status == protocol::TurnStatus::failed) throw TurnFailedError(std::move(result));
  return result;
}

protocol::TurnInterruptResponse TurnState::interrupt(const CallOptions& options) const {
  using protocol::requests::TurnInterrupt;
  const std::string params =
      protocol::encode(protocol::TurnInterruptParams{.thread_id = thread_id_, .turn_id = turn_id_});
  return protocol::decode<TurnInterrupt::Response>(
      client_->call(TurnInterrupt::method, params, options));
}

protocol::TurnSteerResponse TurnState::steer(const Input& input, const CallOptions& options) const {
  using protocol::requests::TurnSteer;
  const std::string params = protocol::encode(protocol::TurnSteerParams{
      .expected_turn_id = turn_id_, .input = user_inputs(input), .thread_id = thread_id_});
  return protocol::decode<TurnSteer::Response>(client_->call(TurnSteer::method, params, options));
}

void TurnState::collect() {
  const std::lock_guard lock(mutex_);
  try {
    while (const auto event = unread_.try_next()) collector_.feed(*event);
  } catch (const TransportClosedError&) {
    // Whoever waits for an event is told.
  }
}

TurnCollector TurnState::collected() {
  collect();
  const std::lock_guard lock(mutex_);
  return collector_;
}

std::shared_ptr<const TurnResult> TurnState::end_early() {
  try {
    Subscription events = subscribe();
    interrupt({.timeout = interrupt_grace});
    const TimePoint deadline = Clock::now() + interrupt_grace;
    while (events.next_blocking(deadline)) {
    }
  } catch (const CodexError&) {
    // It ended by itself, or the runtime is deaf: the caller's time is up either way.
  }
  return std::make_shared<const TurnResult>(collected().result());
}

}  // namespace codex::detail
