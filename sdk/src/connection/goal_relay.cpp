#include "connection/goal_relay.hpp"

#include <algorithm>
#include <utility>

#include <codex/protocol/support/codec.hpp>

#include "wire/peek.hpp"

namespace codex::detail {
namespace {

/// A goal may run for days: events come late, but not that late.
constexpr std::size_t kept_turns = 256;

Peek turn_of(const Notification& event) { return Peek(event.params())["turn"]; }

}  // namespace

GoalRelay::GoalRelay(std::string thread_id, std::size_t event_buffer_bytes,
                     const std::shared_ptr<Timers>& timers)
    : thread_id_(std::move(thread_id)),
      events_(std::make_shared<EventLog>("the goal of thread " + thread_id_, Retention::turn,
                                         event_buffer_bytes, timers)),
      turns_(std::make_shared<EventLog>("the turns of thread " + thread_id_, Retention::turn,
                                        event_buffer_bytes, timers)) {}

void GoalRelay::accept() {
  const std::lock_guard lock(mutex_);
  is_accepting_ = true;
}

bool GoalRelay::take(const Notification& event) {
  std::unique_lock lock(mutex_);
  const Step step = step_for(event);
  lock.unlock();
  publish(step);
  return step.is_taken;
}

void GoalRelay::publish(const Step& step) const {
  if (step.shown) events_->append(*step.shown);
  if (step.started) turns_->append(*step.started);
  if (!step.is_last) return;
  events_->finish();
  turns_->finish();
}

GoalRelay::Step GoalRelay::step_for(const Notification& event) {
  if (!is_accepting_ || is_over_) return {};
  const std::string_view method = event.method();
  if (method.starts_with("thread/goal/")) {
    note_goal(event);
    // Not taken: those who want to know how the goal is getting on find it in notifications().
    return step_at_end(false);
  }
  if (event.turn_id().empty()) return {};
  if (method == "turn/started") return note_started(event);
  // A turn of before the goal may still have something to say after its end.
  if (!is_of_goal(event.turn_id())) return {};
  if (method == "turn/completed") {
    note_completed(event);
    return step_at_end(true);
  }
  return {.is_taken = true, .shown = relabelled(event)};
}

void GoalRelay::fail(const std::function<std::exception_ptr()>& error) {
  std::unique_lock lock(mutex_);
  if (std::exchange(is_over_, true)) return;
  lock.unlock();
  events_->fail(error);
  turns_->fail(error);
}

bool GoalRelay::is_over() const {
  const std::lock_guard lock(mutex_);
  return is_over_;
}

std::string GoalRelay::running_turn() const {
  const std::lock_guard lock(mutex_);
  return running_ ? std::string(running_->turn_id()) : std::string();
}

void GoalRelay::when_running(TimePoint deadline, const std::stop_token& stop,
                             Completion<NextEvent> completion) {
  std::unique_lock lock(mutex_);
  if (running_) {
    NextEvent running = running_;
    lock.unlock();
    return completion(std::move(running));
  }
  // Before the lock goes, so that no turn can start unseen.
  const auto turns = std::make_shared<Subscription>(turns_);
  lock.unlock();
  turns->next(deadline, stop, [turns, completion = std::move(completion)](auto outcome) {
    completion(std::move(outcome));
  });
}

void GoalRelay::note_ended(std::string_view turn_id) {
  const std::lock_guard lock(mutex_);
  if (running_ && running_->turn_id() == turn_id) running_.reset();
}

void GoalRelay::begin_interrupt() {
  const std::lock_guard lock(mutex_);
  is_interrupted_ = true;
  ++interrupts_under_way_;
}

void GoalRelay::end_interrupt() {
  std::unique_lock lock(mutex_);
  --interrupts_under_way_;
  if (is_over_) return;
  const Step step = step_at_end(false);
  lock.unlock();
  publish(step);
}

void GoalRelay::abandon() {
  std::unique_lock lock(mutex_);
  if (std::exchange(is_over_, true)) return;
  lock.unlock();
  publish({.is_last = true});
}

void GoalRelay::note_goal(const Notification& event) {
  // Until the new goal is active, it is the end of an older one that is told.
  const bool is_active = Peek(event.params())["goal"]["status"].is("active");
  if (is_active) was_active_ = true;
  has_goal_ended_ = was_active_ && !is_active;
}

bool GoalRelay::is_of_goal(std::string_view turn_id) const {
  return std::find(turn_ids_.begin(), turn_ids_.end(), turn_id) != turn_ids_.end();
}

GoalRelay::Step GoalRelay::note_started(const Notification& event) {
  running_ = event;
  turn_ids_.emplace_back(event.turn_id());
  if (turn_ids_.size() > kept_turns) turn_ids_.pop_front();
  Step step{.is_taken = true, .started = event};
  if (turn_id_.empty()) {
    turn_id_ = event.turn_id();
    started_at_ = turn_of(event)["startedAt"].integer();
    step.shown = event;
  }
  return step;
}

void GoalRelay::note_completed(const Notification& event) {
  if (running_ && running_->turn_id() == event.turn_id()) running_.reset();
  completed_ = event;
  if (turn_of(event)["status"].is("interrupted")) has_goal_ended_ = true;
}

GoalRelay::Step GoalRelay::step_at_end(bool is_taken) {
  Step step{.is_taken = is_taken};
  if (!has_goal_ended_ || running_ || interrupts_under_way_ > 0) return step;
  is_over_ = true;
  step.is_last = true;
  if (completed_) step.shown = last_event();
  return step;
}

Notification GoalRelay::relabelled(const Notification& event) {
  const std::string_view text = event.text();
  const std::string_view turn_id = event.turn_id();
  if (turn_id == turn_id_) return event;
  if (turn_id.data() >= text.data() && turn_id.data() < text.data() + text.size()) {
    std::string line(text);
    line.replace(static_cast<std::size_t>(turn_id.data() - text.data()), turn_id.size(), turn_id_);
    return scanned(std::move(line), event);
  }
  return scanned(with_value(text, {"params", "turnId"}, protocol::encode(turn_id_)), event);
}

Notification GoalRelay::scanned(std::string line, const Notification& original) {
  const std::size_t full_size = original.is_abridged() ? line.size() : 0;
  return Notification(scanner_.scan(std::move(line), full_size));
}

Notification GoalRelay::last_event() {
  std::string line(completed_->text());
  const auto set = [&](std::string_view name, std::string_view value) {
    line = with_value(line, {"params", "turn", name}, value);
  };
  set("id", protocol::encode(turn_id_));
  if (is_interrupted_) set("status", R"("interrupted")");
  const auto completed_at = turn_of(*completed_)["completedAt"].integer();
  if (started_at_) set("startedAt", std::to_string(*started_at_));
  if (started_at_ && completed_at) {
    const auto seconds = std::max<std::int64_t>(0, *completed_at - *started_at_);
    set("durationMs", std::to_string(seconds * 1000));
  }
  return scanned(std::move(line), *completed_);
}

}  // namespace codex::detail
