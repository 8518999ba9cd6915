#include <codex/async/thread.hpp>
#include <codex/protocol/review.hpp>
#include <codex/protocol/thread.hpp>

#include "async/async_core.hpp"
#include "threads/current_turn.hpp"
#include "threads/thread_calls.hpp"
#include "turns/turn_handle.hpp"
#include "turns/turn_start.hpp"

namespace codex {

namespace requests = codex::protocol::requests;

AsyncThread::AsyncThread(std::shared_ptr<detail::AsyncCore> core,
                         std::shared_ptr<detail::Client> client, std::string id)
    : core_(std::move(core)), client_(std::move(client)), id_(std::move(id)) {}

const std::shared_ptr<const Executor>& AsyncThread::executor() const noexcept {
  return core_->executor();
}

void AsyncThread::set_handlers(Handlers handlers) const {
  client_->handlers().set_handlers(id_, std::move(handlers));
}

Task<AsyncTurnHandle> AsyncThread::handle(Task<detail::StartedTurn> start) const {
  const auto wrap = [](auto core, auto client,
                       Task<detail::StartedTurn> starting) -> Task<AsyncTurnHandle> {
    auto started = co_await starting;
    auto state = std::make_unique<detail::HandleState>(
        detail::HandleState::of(std::move(client), std::move(started)));
    co_return AsyncTurnHandle(std::move(core), std::move(state));
  };
  return at_home(wrap(core_, client_, std::move(start)));
}

Task<AsyncTurnHandle> AsyncThread::turn(RunInput input, const TurnOptions& options) const {
  return handle(detail::start_turn(client_, id_, std::move(input), options));
}

Task<std::optional<AsyncTurnHandle>> AsyncThread::current_turn(const CallOptions& options) const {
  const auto wrap = [](auto core, auto client, std::string id,
                       CallOptions how) -> Task<std::optional<AsyncTurnHandle>> {
    auto find = detail::current_turn(client, std::move(id), std::move(how));
    auto running = co_await find;
    if (!running) co_return std::nullopt;
    auto state = std::make_unique<detail::HandleState>(
        detail::HandleState::of(std::move(client), *std::move(running)));
    co_return AsyncTurnHandle(std::move(core), std::move(state));
  };
  return at_home(wrap(core_, client_, id_, options));
}

Task<TurnResult> AsyncThread::run(RunInput input, const TurnOptions& options) const {
  return at_home(detail::run_turn(client_, id_, std::move(input), options));
}

Task<TurnResult> AsyncThread::run_until_read(RunInput input, TurnOptions options,
                                             const detail::Shape& shape,
                                             std::function<void(const TurnResult&)> read) const {
  return at_home(detail::run_until_read(client_, id_, std::move(input), std::move(options), shape,
                                        std::move(read)));
}

Task<protocol::ThreadReadResponse> AsyncThread::read(const ThreadReadOptions& options) const {
  return at_home(detail::read_thread(client_, id_, options));
}

Task<protocol::ThreadSetNameResponse> AsyncThread::set_name(std::string name,
                                                            const CallOptions& options) const {
  return at_home(
      client_->call<requests::ThreadNameSet>({.name = std::move(name), .thread_id = id_}, options));
}

Task<protocol::ThreadCompactStartResponse> AsyncThread::compact(const CallOptions& options) const {
  return at_home(client_->call<requests::ThreadCompactStart>({.thread_id = id_}, options));
}

Task<AsyncTurnHandle> AsyncThread::review(const protocol::ReviewTarget& target,
                                          const ReviewOptions& options) const {
  return handle(detail::start_review(client_, id_, target, options));
}

Task<AsyncTurnHandle> AsyncThread::goal(std::string objective, const GoalOptions& options) const {
  return handle(detail::start_goal(client_, id_, std::move(objective), options));
}

Task<TurnResult> AsyncThread::run_goal(std::string objective, const GoalOptions& options) const {
  return at_home(detail::run_goal(client_, id_, std::move(objective), options));
}

}  // namespace codex
