#include "turns/turn_state.hpp"

#include <algorithm>
#include <utility>

#include <codex/errors.hpp>

#include "connection/next_event.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

/// A turn that cannot be interrupted because it does not run has told of its end already, or does
/// so soon.
constexpr milliseconds refusal_grace = std::chrono::seconds{1};

struct Problem {
  std::string text;
  bool is_refusal;  // the runtime answered
};

Problem describe(std::exception_ptr error) {
  try {
    std::rethrow_exception(std::move(error));
  } catch (const JsonRpcError& refusal) {
    return {refusal.what(), true};
  } catch (const std::exception& problem) {
    return {problem.what(), false};
  }
}

}  // namespace

std::shared_ptr<TurnState> TurnState::follow(Turn turn, TurnLimits limits,
                                             std::shared_ptr<Timers> timers,
                                             const Subscription& events) {
  const std::shared_ptr<TurnState> state =
      share_at_home(new TurnState(std::move(turn), std::move(limits), std::move(timers), events));
  events.observe(state);
  const std::lock_guard lock(state->mutex_);
  if (state->phase_ == Phase::running) state->watch_limits();
  return state;
}

TurnState::TurnState(Turn turn, TurnLimits limits, std::shared_ptr<Timers> timers,
                     const Subscription& events)
    : turn_(std::move(turn)),
      limits_(std::move(limits)),
      timers_(std::move(timers)),
      log_(events.log()),
      collector_(turn_.turn_id),
      last_heard_(Clock::now()) {
  if (turn_.done_before) collector_.begin_with(*turn_.done_before);
}

Task<NextEvent> TurnState::next(Subscription& events) {
  owner_.check();
  bool is_late = is_time_up();  // also while there are unread events: a slow reader must be told
  while (true) {
    NextEvent event;
    try {
      event = co_await next_event(events, TimePoint::max(), given_up_.get_token());
    } catch (const CancelledError&) {
      if (!given_up_.stop_requested()) throw;  // only this wait was stopped
      throw_ended_early();
    } catch (const TransportClosedError& error) {
      // The interrupt at the time limit may have met a connection that was lost unnoticed.
      if (is_late || is_time_up()) throw_ended_early();
      throw TransportClosedError(error, collected());
    } catch (const TurnLostError& error) {
      if (is_late || is_time_up()) throw_ended_early();
      throw TurnLostError(error.what(), collected());
    }
    is_late = is_late || is_time_up();
    if (!is_late) co_return event;
    if (!event) throw_ended_early();
  }
}

NextEvent TurnState::next_if_there(Subscription& events) {
  owner_.check();
  if (is_time_up()) return std::nullopt;
  return events.next_if_there();
}

Subscription TurnState::subscribe() {
  owner_.check();
  Subscription from_now(log_);  // first, so that turn/completed is in it or known below
  std::unique_lock lock(mutex_);
  const std::optional<Notification> completed = collector_.completed();
  lock.unlock();
  return completed ? Subscription::to_one(*completed) : std::move(from_now);
}

bool TurnState::is_over() {
  const std::lock_guard lock(mutex_);
  return phase_ == Phase::over;
}

void TurnState::when_over(Completion<bool> completion, const std::stop_token& stop) {
  owner_.check();
  waiting_->add(std::move(completion), stop);
  std::unique_lock lock(mutex_);
  const bool is_over = phase_ == Phase::over;
  lock.unlock();
  if (is_over) waiting_->complete();
}

TurnResult TurnState::result() {
  std::unique_lock lock(mutex_);
  const TurnCollector collector = collector_;
  const std::exception_ptr failure = failure_;
  const bool was_ended_early = ending_.has_value();
  lock.unlock();
  if (was_ended_early) throw_ended_early();
  TurnResult result = collector.result();
  if (!collector.is_completed() && failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const TransportClosedError& error) {
      throw TransportClosedError(error, std::make_shared<const TurnResult>(std::move(result)));
    } catch (const TurnLostError& error) {
      throw TurnLostError(error.what(), std::make_shared<const TurnResult>(std::move(result)));
    }
  }
  if (!collector.is_completed()) {
    throw CodexError("The events of turn " + turn_.turn_id + " ended without turn/completed.");
  }
  if (result.status == protocol::TurnStatus::failed) throw TurnFailedError(std::move(result));
  return result;
}

void TurnState::on_event(const Notification& event) noexcept {
  const std::lock_guard lock(mutex_);
  last_heard_ = Clock::now();
  collector_.feed(event);
  if (!collector_.is_completed() || phase_ == Phase::over) return;
  if (ending_) ending_->told += " It was interrupted.";
  phase_ = Phase::over;
  watch_.reset();
}

void TurnState::on_end(std::exception_ptr error) noexcept {
  std::unique_lock lock(mutex_);
  if (phase_ == Phase::ending) ending_->told += " Then the connection was lost.";
  if (phase_ != Phase::over) failure_ = std::move(error);
  phase_ = Phase::over;
  const auto watch = std::move(watch_);  // ends without the lock
  lock.unlock();
  waiting_->complete();
}

void TurnState::watch_limits() {
  watch_ = std::make_unique<Watch>(timers_, std::min(limits_.deadline, silence()), limits_.stop,
                                   [weak = weak_from_this()](Expiry expiry) {
                                     if (const auto self = weak.lock()) self->expire(expiry);
                                   });
}

TimePoint TurnState::silence() const { return deadline_after(last_heard_, limits_.inactivity); }

void TurnState::expire(Expiry expiry) {
  std::unique_lock lock(mutex_);
  if (phase_ != Phase::running) return;
  const TimePoint now = Clock::now();
  const bool is_deadline = now >= limits_.deadline;
  // It was heard of since the watch began.
  if (expiry == Expiry::deadline && !is_deadline && now < silence()) return watch_limits();
  phase_ = Phase::ending;
  ending_ = Ending{expiry, reason_for(expiry, is_deadline)};
  watch_grace(limits_.grace, " It did not end when it was interrupted.");
  lock.unlock();
  // It has longer than those who wait for it: what begins when they have left must end as well.
  const milliseconds patience = std::max<milliseconds>(limits_.grace, cleanup_timeout);
  turn_.control->interrupt({.deadline = deadline_after(now, patience)},
                           [weak = weak_from_this()](Outcome<std::string> outcome) {
                             auto* error = std::get_if<std::exception_ptr>(&outcome);
                             const auto self = weak.lock();
                             if (error && self) self->note_interrupt_failed(std::move(*error));
                           });
}

std::string TurnState::reason_for(Expiry expiry, bool is_deadline) const {
  if (expiry == Expiry::stop) return " was cancelled.";
  if (is_deadline) return " did not end in the time it was given.";
  return " was not heard of for " + std::to_string(limits_.inactivity.count()) + " ms.";
}

void TurnState::watch_grace(milliseconds time, const std::string& told) {
  watch_ = std::make_unique<Watch>(timers_, Clock::now() + time, std::stop_token(),
                                   [weak = weak_from_this(), told](Expiry) {
                                     if (const auto self = weak.lock()) self->give_up(told);
                                   });
}

void TurnState::note_interrupt_failed(std::exception_ptr error) {
  const auto [told, was_refused] = describe(std::move(error));
  const std::lock_guard lock(mutex_);
  if (phase_ != Phase::ending) return;
  watch_grace(was_refused ? refusal_grace : milliseconds::zero(),
              " Interrupting it failed: " + told);
}

void TurnState::give_up(const std::string& told) {
  std::unique_lock lock(mutex_);
  if (phase_ != Phase::ending) return;
  phase_ = Phase::over;
  ending_->told += told;
  const auto watch = std::move(watch_);
  lock.unlock();
  log_->forget(this);
  given_up_.request_stop();
  waiting_->complete();
}

bool TurnState::is_time_up() {
  const std::lock_guard lock(mutex_);
  if (ending_) return true;
  if (phase_ == Phase::over) return false;
  return limits_.stop.stop_requested() || Clock::now() >= limits_.deadline;
}

void TurnState::throw_ended_early() {
  auto result = collected();
  std::unique_lock lock(mutex_);
  // Without an ending of ours, it ended by itself when its time was up.
  const Expiry expiry = limits_.stop.stop_requested() ? Expiry::stop : Expiry::deadline;
  const Ending ending = ending_.value_or(Ending{expiry, reason_for(expiry, true)});
  lock.unlock();
  const std::string what = "The turn " + turn_.turn_id + ending.told;
  if (ending.expiry == Expiry::stop) throw CancelledError(what, std::move(result));
  throw TimeoutError(what, std::move(result));
}

std::shared_ptr<const TurnResult> TurnState::collected() {
  std::unique_lock lock(mutex_);
  const TurnCollector collector = collector_;
  lock.unlock();
  return std::make_shared<const TurnResult>(collector.result());
}

}  // namespace codex::detail
