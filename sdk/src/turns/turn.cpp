#include <codex/turn.hpp>

#include "mask/mask.hpp"
#include "turns/turn_handle.hpp"

namespace codex {

std::optional<double> TurnResult::context_used() const {
  if (!usage || !usage->model_context_window || *usage->model_context_window <= 0) {
    return std::nullopt;
  }
  return static_cast<double>(usage->last.total_tokens) /
         static_cast<double>(*usage->model_context_window);
}

TurnFailedError::TurnFailedError(TurnResult result)
    : TurnFailedError(std::make_shared<const TurnResult>(std::move(result))) {}

TurnFailedError::TurnFailedError(std::shared_ptr<const TurnResult> result)
    : InterruptedWork(result->error && !result->error->message.empty()
                          ? detail::mask_secrets(result->error->message)
                          : "turn failed with status " + std::string(result->status.name()),
                      result) {}

TurnStream::TurnStream(std::shared_ptr<detail::TurnReader> reader) : reader_(std::move(reader)) {}
TurnStream::TurnStream(TurnStream&&) noexcept = default;
TurnStream& TurnStream::operator=(TurnStream&&) noexcept = default;
TurnStream::~TurnStream() = default;

std::optional<Notification> TurnStream::next() {
  // Most events are there already when a reader catches up: no coroutine for these.
  if (auto event = reader_->turn->next_if_there(reader_->events)) return event;
  return sync_wait(detail::next_event_of(reader_));
}

std::uint64_t TurnStream::dropped() const { return reader_->events.dropped(); }

TurnHandle::TurnHandle(std::unique_ptr<detail::HandleState> state) : state_(std::move(state)) {}
TurnHandle::TurnHandle(const TurnHandle& other)
    : state_(std::make_unique<detail::HandleState>(other.state_->copy())) {}
TurnHandle::TurnHandle(TurnHandle&&) noexcept = default;
TurnHandle& TurnHandle::operator=(const TurnHandle& other) {
  if (this != &other) *this = TurnHandle(other);
  return *this;
}
TurnHandle& TurnHandle::operator=(TurnHandle&&) noexcept = default;
TurnHandle::~TurnHandle() = default;

const std::string& TurnHandle::id() const noexcept { return state_->turn->turn_id(); }

const std::string& TurnHandle::thread_id() const noexcept { return state_->turn->thread_id(); }

TurnStream TurnHandle::stream() {
  return TurnStream(
      std::make_shared<detail::TurnReader>(detail::TurnReader{state_->turn, state_->take_place()}));
}

TurnResult TurnHandle::run() { return sync_wait(detail::result_of(state_->turn, state_->place)); }

protocol::TurnSteerResponse TurnHandle::steer(const Input& input,
                                              const CallOptions& options) const {
  return sync_wait(detail::steer(state_->client, state_->turn, input, options));
}

protocol::TurnInterruptResponse TurnHandle::interrupt(const CallOptions& options) const {
  return sync_wait(detail::interrupt(state_->client, state_->turn, options));
}

}  // namespace codex
