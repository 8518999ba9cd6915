#include "client/turn_state.hpp"

#include <codex/errors.hpp>

#include "client/params.hpp"

namespace codex::detail {
namespace {

/// How long a turn that has used up its time is given to end in good order.
constexpr std::chrono::seconds interrupt_grace{5};

template <class R>
typename R::Response decode_response(const std::string& result) {
  try {
    return protocol::decode<typename R::Response>(result);
  } catch (const DecodeError& error) {
    throw DecodeError(error.path(), error.problem(), std::string(R::method));
  }
}

}  // namespace

TurnState::TurnState(std::shared_ptr<Client> client, std::string thread_id, std::string turn_id,
                     const TurnOptions& options, TimePoint started, Subscription events)
    : client_(std::move(client)),
      thread_id_(std::move(thread_id)),
      turn_id_(std::move(turn_id)),
      deadline_(options.timeout ? deadline_after(started, *options.timeout) : TimePoint::max()),
      inactivity_timeout_(options.inactivity_timeout),
      stop_(options.stop),
      unread_(std::move(events)),
      collector_(turn_id_) {}

std::optional<Notification> TurnState::next(Subscription& events) {
  const TimePoint silence = deadline_after(Clock::now(), inactivity_timeout_);
  // Also while there are unread events: else a slow reader would never be told.
  if (!is_completed()) {
    if (stop_.stop_requested()) cancel();
    if (Clock::now() >= deadline_) time_out("did not end in the time it was given");
  }
  try {
    auto event = events.next_blocking(std::min(deadline_, silence), stop_);
    collect();
    return event;
  } catch (const TimeoutError&) {
    if (deadline_ <= silence) time_out("did not end in the time it was given");
    time_out("was not heard of for " + std::to_string(inactivity_timeout_.count()) + " ms");
  } catch (const CancelledError&) {
    cancel();
  }
}

void TurnState::time_out(const std::string& why) {
  const auto [collected, ending] = end_early();
  throw TimeoutError("The turn " + turn_id_ + " " + why + "." + ending, collected);
}

void TurnState::cancel() {
  const auto [collected, ending] = end_early();
  throw CancelledError("The turn " + turn_id_ + " was cancelled." + ending, collected);
}

bool TurnState::is_completed() {
  collect();
  const std::lock_guard lock(mutex_);
  return collector_.is_completed();
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
  return decode_response<TurnInterrupt>(client_->call(TurnInterrupt::method, params, options));
}

protocol::TurnSteerResponse TurnState::steer(const Input& input, const CallOptions& options) const {
  using protocol::requests::TurnSteer;
  const std::string params = protocol::encode(protocol::TurnSteerParams{
      .expected_turn_id = turn_id_, .input = user_inputs(input), .thread_id = thread_id_});
  return decode_response<TurnSteer>(client_->call(TurnSteer::method, params, options));
}

void TurnState::collect() {
  const std::lock_guard lock(mutex_);
  try {
    while (const auto event = unread_.try_next()) collector_.feed(*event);
  } catch (const CodexError&) {
    // Whoever waits for an event is told.
  }
}

TurnCollector TurnState::collected() {
  collect();
  const std::lock_guard lock(mutex_);
  return collector_;
}

TurnState::Ending TurnState::end_early() {
  const TimePoint deadline = Clock::now() + interrupt_grace;
  std::string told = " It was interrupted.";
  try {
    Subscription events = subscribe();
    interrupt({.timeout = interrupt_grace});
    while (events.next_blocking(deadline)) {
    }
  } catch (const std::exception& error) {
    // It ended by itself, or the runtime is deaf: the time is up either way.
    if (!is_completed()) told = std::string(" Interrupting it failed: ") + error.what();
  }
  return {std::make_shared<const TurnResult>(collected().result()), told};
}

}  // namespace codex::detail
