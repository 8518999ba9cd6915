#include "lease.hpp"

#include <utility>

namespace fleet {

Lease::Lease(Queue& queue, const Taken& taken, std::string job, Claimed claimed,
             std::chrono::milliseconds lease)
    : queue_(queue),
      taken_(taken),
      job_(std::move(job)),
      claimed_(std::move(claimed)),
      keeper_([this, lease](const std::stop_token& stop) { keep(stop, lease / 3); }) {}

std::string Lease::thread() const {
  const std::scoped_lock lock(mutex_);
  return claimed_.claim.thread;
}

void Lease::remember(const std::string& thread) {
  const std::scoped_lock lock(mutex_);
  claimed_.claim.thread = thread;
  if (!queue_.update(job_, claimed_)) lost_.request_stop();
}

void Lease::keep(const std::stop_token& stop, std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    say_that_it_goes_on();
    pause_.wait_for(lock, stop, pause, [] { return false; });
  }
}

void Lease::say_that_it_goes_on() try {
  if (!queue_.is_still(job_, claimed_)) lost_.request_stop();
  if (!lost_.stop_requested()) natsMsg_InProgress(taken_.message.get(), nullptr);
} catch (const nats::Error&) {
  // The server is away. The client connects again, and the next call is as good.
}

}  // namespace fleet
