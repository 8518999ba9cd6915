#include <optional>

#include <codex/async/task.hpp>

#include "task/operation.hpp"
#include "task/own_thread.hpp"
#include "task/timers.hpp"

namespace codex {

Task<void> sleep_for(std::chrono::milliseconds duration, std::stop_token stop) {
  const auto deadline = detail::deadline_after(detail::Clock::now(), duration);
  const auto timers = detail::OwnThread::shared();
  std::optional<detail::Watch> watch;
  const auto start = [&](const detail::Completion<bool>& completion, const std::stop_token& any) {
    watch.emplace(timers->timers(), deadline, any, [completion](detail::Expiry expiry) {
      if (expiry == detail::Expiry::deadline) return completion(true);
      completion(detail::make_error<CancelledError>("Cancelled while sleeping"));
    });
  };
  detail::OperationTerms<bool> terms{.stop = std::move(stop)};
  co_await detail::operation<bool>(start, std::move(terms));
}

}  // namespace codex
