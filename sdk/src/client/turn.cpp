#include <codex/decode_named.hpp>
#include <codex/turn.hpp>

#include "client/turn_handle.hpp"
#include "client/turn_state.hpp"
#include "connection/await.hpp"

namespace codex {

TurnFailedError::TurnFailedError(TurnResult result)
    : CodexError(result.error && !result.error->message.empty()
                     ? result.error->message
                     : "turn failed with status " + std::string(result.status.name())),
      result_(std::make_shared<const TurnResult>(std::move(result))) {}

struct TurnStream::Impl {
  std::shared_ptr<detail::TurnState> turn;
  detail::Subscription events;
};

TurnStream::TurnStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TurnStream::TurnStream(TurnStream&&) noexcept = default;
TurnStream& TurnStream::operator=(TurnStream&&) noexcept = default;
TurnStream::~TurnStream() = default;

std::optional<Notification> TurnStream::next() { return impl_->turn->next(impl_->events); }

std::uint64_t TurnStream::dropped() const { return impl_->events.dropped(); }

TurnHandle::TurnHandle(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TurnHandle::TurnHandle(const TurnHandle& other)
    : impl_(std::make_unique<Impl>(other.impl_->copy())) {}
TurnHandle::TurnHandle(TurnHandle&&) noexcept = default;
TurnHandle& TurnHandle::operator=(const TurnHandle& other) {
  if (this != &other) *this = TurnHandle(other);
  return *this;
}
TurnHandle& TurnHandle::operator=(TurnHandle&&) noexcept = default;
TurnHandle::~TurnHandle() = default;

const std::string& TurnHandle::id() const noexcept { return impl_->turn->turn_id(); }

const std::string& TurnHandle::thread_id() const noexcept { return impl_->turn->thread_id(); }

TurnStream TurnHandle::stream() {
  return TurnStream(
      std::make_unique<TurnStream::Impl>(TurnStream::Impl{impl_->turn, impl_->take_place()}));
}

TurnResult TurnHandle::run() {
  impl_->release_place();
  detail::await<bool>([turn = impl_->turn](detail::Completion<bool> completion) {
    turn->when_over(std::move(completion));
  });
  return impl_->turn->result();
}

protocol::TurnSteerResponse TurnHandle::steer(const Input& input, const CallOptions& options) {
  const std::string result =
      detail::await<std::string>([&](detail::Completion<std::string> completion) {
        impl_->turn->control().steer(input, impl_->terms(options), std::move(completion));
      });
  auto response = detail::decode_named<protocol::TurnSteerResponse>("turn/steer", result);
  response.turn_id = id();  // of a goal, another turn may have been steered
  return response;
}

protocol::TurnInterruptResponse TurnHandle::interrupt(const CallOptions& options) {
  const std::string result =
      detail::await<std::string>([&](detail::Completion<std::string> completion) {
        impl_->turn->control().interrupt(impl_->terms(options), std::move(completion));
      });
  return detail::decode_named<protocol::TurnInterruptResponse>("turn/interrupt", result);
}

}  // namespace codex
