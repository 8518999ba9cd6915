#include <codex/async/turn.hpp>

#include "async/async_core.hpp"
#include "turns/turn_handle.hpp"

namespace codex {

AsyncTurnStream::AsyncTurnStream(std::shared_ptr<detail::AsyncCore> core,
                                 std::shared_ptr<detail::TurnReader> reader)
    : core_(std::move(core)), reader_(std::move(reader)) {}
AsyncTurnStream::AsyncTurnStream(AsyncTurnStream&&) noexcept = default;
AsyncTurnStream& AsyncTurnStream::operator=(AsyncTurnStream&&) noexcept = default;
AsyncTurnStream::~AsyncTurnStream() = default;

Task<std::optional<Notification>> AsyncTurnStream::next() {
  return core_->at_home(detail::next_event_of(reader_));
}

std::uint64_t AsyncTurnStream::dropped() const { return reader_->events.dropped(); }

AsyncTurnHandle::AsyncTurnHandle(std::shared_ptr<detail::AsyncCore> core,
                                 std::unique_ptr<detail::HandleState> state)
    : core_(std::move(core)), state_(std::move(state)) {}
AsyncTurnHandle::AsyncTurnHandle(const AsyncTurnHandle& other)
    : core_(other.core_), state_(std::make_unique<detail::HandleState>(other.state_->copy())) {}
AsyncTurnHandle::AsyncTurnHandle(AsyncTurnHandle&&) noexcept = default;
AsyncTurnHandle& AsyncTurnHandle::operator=(const AsyncTurnHandle& other) {
  if (this != &other) *this = AsyncTurnHandle(other);
  return *this;
}
AsyncTurnHandle& AsyncTurnHandle::operator=(AsyncTurnHandle&&) noexcept = default;
AsyncTurnHandle::~AsyncTurnHandle() = default;

const std::string& AsyncTurnHandle::id() const noexcept { return state_->turn->turn_id(); }

const std::string& AsyncTurnHandle::thread_id() const noexcept { return state_->turn->thread_id(); }

const std::shared_ptr<const Executor>& AsyncTurnHandle::executor() const noexcept {
  return core_->executor();
}

AsyncTurnStream AsyncTurnHandle::stream() {
  return {core_, std::make_shared<detail::TurnReader>(
                     detail::TurnReader{state_->turn, state_->take_place()})};
}

Task<TurnResult> AsyncTurnHandle::run() {
  return at_home(detail::result_of(state_->turn, state_->place));
}

Task<protocol::TurnSteerResponse> AsyncTurnHandle::steer(Input input,
                                                         const CallOptions& options) const {
  return at_home(detail::steer(state_->client, state_->turn, std::move(input), options));
}

Task<protocol::TurnInterruptResponse> AsyncTurnHandle::interrupt(const CallOptions& options) const {
  return at_home(detail::interrupt(state_->client, state_->turn, options));
}

}  // namespace codex
