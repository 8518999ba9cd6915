#include "task/wait_list.hpp"

#include <utility>

#include <codex/errors.hpp>

namespace codex::detail {

void WaitList::add(Completion<bool> completion, const std::stop_token& stop) {
  const auto entry = std::make_shared<Entry>(std::move(completion));
  std::unique_lock lock(mutex_);
  entries_.push_back(entry);
  lock.unlock();
  // Without the lock: a stop that was already requested runs the callback right here.
  if (stop.stop_possible()) entry->on_stop.emplace(stop, Cancel{weak_from_this(), entry});
}

void WaitList::complete() {
  std::unique_lock lock(mutex_);
  const auto entries = std::exchange(entries_, {});
  lock.unlock();
  for (const auto& entry : entries) entry->completion(true);
}

void WaitList::Cancel::operator()() const {
  const auto alive = list.lock();
  const auto waiting = entry.lock();
  if (!alive || !waiting || !alive->owner_.is_this()) return;
  std::unique_lock lock(alive->mutex_);
  if (std::erase(alive->entries_, waiting) == 0) return;
  lock.unlock();
  waiting->completion(make_error<CancelledError>("Cancelled while waiting"));
}

}  // namespace codex::detail
