#include <utility>

#include <codex/notification.hpp>
#include <codex/protocol/everyday.hpp>

#include "mask/mask.hpp"
#include "wire/envelope.hpp"

namespace codex {

Notification::Notification(std::shared_ptr<const detail::Message> message) noexcept
    : message_(std::move(message)) {}

std::string_view Notification::method() const noexcept { return message_->envelope.method; }
std::string_view Notification::params() const noexcept { return message_->envelope.params; }
std::string_view Notification::thread_id() const noexcept { return message_->envelope.thread_id; }
std::string_view Notification::turn_id() const noexcept { return message_->envelope.turn_id; }
std::string_view Notification::text() const noexcept { return message_->text; }

bool Notification::is_abridged() const noexcept { return message_->full_size > 0; }

std::optional<std::int64_t> Notification::emitted_at_ms() const noexcept {
  return message_->envelope.emitted_at_ms;
}

std::optional<protocol::ThreadItem> Notification::item() const {
  if (auto started = as<protocol::notifications::ItemStarted>()) return std::move(started->item);
  if (auto ended = as<protocol::notifications::ItemCompleted>()) return std::move(ended->item);
  return std::nullopt;
}

Json Notification::json() const { return detail::decode_named<Json>(method(), message_->text); }

void detail::throw_named(const DecodeError& error, std::string_view method) {
  throw DecodeError(mask_secrets(error.path()), mask_secrets(error.problem()), std::string(method));
}

void detail::throw_misfit(const protocol::UnknownPart& part, std::string_view method) {
  throw_named(DecodeError(part.path, "has another type than this version of the SDK knows"),
              method);
}

}  // namespace codex
