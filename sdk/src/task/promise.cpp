#include <atomic>
#include <memory>
#include <utility>

#include <codex/async/promise.hpp>

#include "task/operation.hpp"
#include "task/owner_process.hpp"
#include "task/wait_list.hpp"

namespace codex::detail {

struct OneTimeEvent::State {
  const OwnerProcess owner;
  std::atomic<bool> has_happened = false;
  const std::shared_ptr<WaitList> waiting = std::make_shared<WaitList>();
};

OneTimeEvent::OneTimeEvent() : state_(share_at_home(new State)) {}

bool OneTimeEvent::is_of_this_process() const noexcept { return state_->owner.is_this(); }

void OneTimeEvent::check_process() const { state_->owner.check("promise"); }

void OneTimeEvent::happen() {
  const auto state = state_;
  state->has_happened = true;
  state->waiting->complete();
}

Task<void> OneTimeEvent::wait(std::stop_token stop) const {
  const auto state = state_;
  state->owner.check("promise");
  if (state->has_happened) co_return;
  const auto start = [&](Completion<bool> completion, const std::stop_token& any) {
    state->waiting->add(std::move(completion), any);
    if (state->has_happened) state->waiting->complete();  // it may have just happened
  };
  OperationTerms<bool> terms{.stop = std::move(stop)};
  co_await operation<bool>(start, std::move(terms));
}

}  // namespace codex::detail
