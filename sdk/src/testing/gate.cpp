#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <utility>

#include <codex/testing.hpp>

#include "task/wait_until.hpp"

namespace codex::testing {

namespace {

constexpr std::chrono::milliseconds between_questions{50};

}  // namespace

struct Gate::State {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool open = false;
  bool reached = false;
};

Gate::Gate() : state_(std::make_shared<State>()) {}

void Gate::open() const {
  const std::lock_guard lock(state_->mutex);
  state_->open = true;
  state_->changed.notify_all();
}

bool Gate::is_open() const {
  const std::lock_guard lock(state_->mutex);
  return state_->open;
}

bool Gate::wait_reached(std::chrono::milliseconds timeout) const {
  std::unique_lock lock(state_->mutex);
  const auto deadline = codex::detail::deadline_after(codex::detail::Clock::now(), timeout);
  return codex::detail::wait_until(state_->changed, lock, deadline,
                                   [this] { return state_->reached; });
}

bool Gate::pass(std::stop_token stop, const std::function<bool()>& wanted) const {
  std::unique_lock lock(state_->mutex);
  state_->reached = true;
  state_->changed.notify_all();
  const auto is_open = [this] { return state_->open; };
  if (!wanted) return state_->changed.wait(lock, std::move(stop), is_open);

  while (!state_->changed.wait_for(lock, stop, between_questions, is_open)) {
    if (stop.stop_requested()) return false;
    // The call may take a while, and must not keep the test from opening the gate.
    lock.unlock();
    if (!wanted()) return false;
    lock.lock();
  }
  return true;
}

}  // namespace codex::testing
