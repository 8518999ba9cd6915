#include <codex/thread.hpp>

#include "threads/current_turn.hpp"
#include "threads/thread_calls.hpp"
#include "turns/turn_handle.hpp"
#include "turns/turn_start.hpp"

namespace codex {

Thread::Thread(std::shared_ptr<detail::Client> client, std::string id)
    : client_(std::move(client)), id_(std::move(id)) {}

TurnHandle Thread::handle(detail::StartedTurn started) const {
  return TurnHandle(
      std::make_unique<detail::HandleState>(detail::HandleState::of(client_, std::move(started))));
}

void Thread::set_handlers(Handlers handlers) const {
  client_->handlers().set_handlers(id_, std::move(handlers));
}

TurnHandle Thread::turn(const RunInput& input, const TurnOptions& options) const {
  return handle(sync_wait(detail::start_turn(client_, id_, input, options)));
}

std::optional<TurnHandle> Thread::current_turn(const CallOptions& options) const {
  auto running = sync_wait(detail::current_turn(client_, id_, options));
  if (!running) return std::nullopt;
  return handle(*std::move(running));
}

TurnResult Thread::run(const RunInput& input, const TurnOptions& options) const {
  return sync_wait(detail::run_turn(client_, id_, input, options));
}

TurnResult Thread::run_until_read(const RunInput& input, const TurnOptions& options,
                                  const detail::Shape& shape,
                                  const std::function<void(const TurnResult&)>& read) const {
  return sync_wait(detail::run_until_read(client_, id_, input, options, shape, read));
}

protocol::ThreadReadResponse Thread::read(const ThreadReadOptions& options) const {
  return sync_wait(detail::read_thread(client_, id_, options));
}

protocol::ThreadSetNameResponse Thread::set_name(const std::string& name,
                                                 const CallOptions& options) const {
  return sync_wait(
      client_->call<protocol::requests::ThreadNameSet>({.name = name, .thread_id = id_}, options));
}

protocol::ThreadCompactStartResponse Thread::compact(const CallOptions& options) const {
  return sync_wait(
      client_->call<protocol::requests::ThreadCompactStart>({.thread_id = id_}, options));
}

TurnHandle Thread::review(const protocol::ReviewTarget& target,
                          const ReviewOptions& options) const {
  return handle(sync_wait(detail::start_review(client_, id_, target, options)));
}

TurnHandle Thread::goal(std::string_view objective, const GoalOptions& options) const {
  return handle(sync_wait(detail::start_goal(client_, id_, std::string(objective), options)));
}

TurnResult Thread::run_goal(std::string_view objective, const GoalOptions& options) const {
  return sync_wait(detail::run_goal(client_, id_, std::string(objective), options));
}

}  // namespace codex
