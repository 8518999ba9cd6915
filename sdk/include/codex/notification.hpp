#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <codex/decode_named.hpp>
#include <codex/protocol/support/json.hpp>

namespace codex {

namespace detail {
struct Message;
}

/// One notification of the runtime, as received. Copies are cheap and share the text, which is
/// decoded only on demand. Immutable, so any number of threads may read it.
class Notification {
 public:
  /// For the SDK itself.
  explicit Notification(std::shared_ptr<const detail::Message> message) noexcept;

  /// The wire method: `item/completed`.
  [[nodiscard]] std::string_view method() const noexcept;

  /// The params as JSON text; empty if there are none. Like all views here, it lives as long as any
  /// copy of this notification.
  [[nodiscard]] std::string_view params() const noexcept;

  /// The thread it belongs to; empty when none.
  [[nodiscard]] std::string_view thread_id() const noexcept;

  /// The turn it belongs to; empty when none.
  [[nodiscard]] std::string_view turn_id() const noexcept;

  /// When the runtime sent it, in milliseconds since 1970.
  [[nodiscard]] std::optional<std::int64_t> emitted_at_ms() const noexcept;

  /// The whole message as JSON text.
  [[nodiscard]] std::string_view text() const noexcept;

  /// Whether the message was larger than `CodexConfig::max_message_bytes`. Then `text()` and
  /// `params()` have its outline: lists are empty, and long strings are cut. Only what ends a turn
  /// or a login comes so; other notifications that are too large are dropped and counted.
  [[nodiscard]] bool is_abridged() const noexcept;

  /// The whole message. Throws `DecodeError` when it is no JSON, or nests too deep.
  [[nodiscard]] Json json() const;

  /// Whether this is an N, one of `codex::protocol::notifications`.
  template <class N>
  [[nodiscard]] bool is() const noexcept {
    return method() == N::method;
  }

  /// The decoded params if this is an N, else nothing. Throws `DecodeError` if they do not fit.
  template <class N>
  [[nodiscard]] std::optional<typename N::Params> as() const {
    if (!is<N>()) return std::nullopt;
    return detail::decode_named<typename N::Params>(method(), params().empty() ? "{}" : params());
  }

 private:
  std::shared_ptr<const detail::Message> message_;
};

}  // namespace codex
