#include "task/timers.hpp"

#include <algorithm>

namespace codex::detail {

Timers::Id Timers::add(TimePoint deadline, Callback callback) {
  const std::lock_guard lock(mutex_);
  const Id id = next_id_++;
  timers_.emplace(id, Timer{deadline, Expiry::deadline, std::move(callback)});
  if (deadline != TimePoint::max()) {
    order_.emplace(deadline, id);
    arm(deadline);
  }
  return id;
}

void Timers::expire_now(Id id) {
  if (!owner_.is_this()) return;  // a stop that is requested in a child of fork
  const std::lock_guard lock(mutex_);
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  Timer& timer = found->second;
  order_.erase({timer.due, id});
  timer.due = TimePoint();  // long ago; min() overflows where a wait subtracts from it
  timer.expiry = Expiry::stop;
  order_.emplace(timer.due, id);
  arm(timer.due);
}

void Timers::remove(Id id) {
  Callback callback;  // destroyed without the lock: it may own anything
  const std::lock_guard lock(mutex_);
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  callback = std::move(found->second.callback);
  order_.erase({found->second.due, id});
  timers_.erase(found);
}

TimePoint Timers::next_due() {
  const std::lock_guard lock(mutex_);
  if (armed_ <= Clock::now()) armed_ = TimePoint::max();
  if (!order_.empty()) armed_ = std::min(armed_, order_.begin()->first);
  return armed_;
}

void Timers::run_due() {
  const TimePoint now = Clock::now();
  while (const auto due = take_due(now)) due->first(due->second);
}

void Timers::stop() {
  std::unordered_map<Id, Timer> forgotten;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  wake_ = nullptr;
  forgotten.swap(timers_);
  order_.clear();
}

std::optional<std::pair<Timers::Callback, Expiry>> Timers::take_due(TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (order_.empty() || order_.begin()->first > now) return std::nullopt;
  const auto found = timers_.find(order_.begin()->second);
  auto due = std::make_pair(std::move(found->second.callback), found->second.expiry);
  order_.erase(order_.begin());
  timers_.erase(found);
  return due;
}

void Timers::arm(TimePoint due) {
  if (due >= armed_) return;
  armed_ = due;
  if (wake_) wake_();
}

Watch::Watch(std::shared_ptr<Timers> timers, TimePoint deadline, const std::stop_token& stop,
             Timers::Callback on_expiry)
    : timers_(std::move(timers)), id_(timers_->add(deadline, std::move(on_expiry))) {
  if (stop.stop_possible()) on_stop_.emplace(stop, ExpireNow{timers_.get(), id_});
}

}  // namespace codex::detail
