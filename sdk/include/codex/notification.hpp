#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <codex/decode_named.hpp>
#include <codex/protocol/support/json.hpp>
#include <codex/protocol/support/union.hpp>

namespace codex {

// Programs that use `item` and `visit` include <codex/protocol/everyday.hpp>, as <codex/codex.hpp>
// does.
namespace protocol {
struct ThreadItem;
namespace notifications {
struct Error;
struct ItemAgentMessageDelta;
struct ItemCommandExecutionOutputDelta;
struct ItemCompleted;
struct ItemFileChangePatchUpdated;
struct ItemMcpToolCallProgress;
struct ItemPlanDelta;
struct ItemReasoningSummaryPartAdded;
struct ItemReasoningSummaryTextDelta;
struct ItemReasoningTextDelta;
struct ItemStarted;
struct ThreadTokenUsageUpdated;
struct TurnCompleted;
struct TurnDiffUpdated;
struct TurnPlanUpdated;
struct TurnStarted;
}  // namespace notifications
}  // namespace protocol

namespace detail {

struct Message;

template <class... N>
struct Events {};

/// The events that `Notification::visit` decodes: those that a turn consists of.
using TurnEvents =
    Events<protocol::notifications::ItemAgentMessageDelta, protocol::notifications::ItemStarted,
           protocol::notifications::ItemCompleted,
           protocol::notifications::ItemCommandExecutionOutputDelta,
           protocol::notifications::ItemFileChangePatchUpdated,
           protocol::notifications::ItemMcpToolCallProgress, protocol::notifications::ItemPlanDelta,
           protocol::notifications::ItemReasoningSummaryPartAdded,
           protocol::notifications::ItemReasoningSummaryTextDelta,
           protocol::notifications::ItemReasoningTextDelta,
           protocol::notifications::ThreadTokenUsageUpdated, protocol::notifications::TurnStarted,
           protocol::notifications::TurnPlanUpdated, protocol::notifications::TurnDiffUpdated,
           protocol::notifications::TurnCompleted, protocol::notifications::Error>;

}  // namespace detail

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
  [[nodiscard]] std::optional<typename detail::Included<N>::Params> as() const {
    if (!is<N>()) return std::nullopt;
    return detail::decode_named<typename N::Params>(method(), params().empty() ? "{}" : params());
  }

  /// The item that an `item/started` or `item/completed` is about; nothing for other events.
  /// Throws `DecodeError` if it does not fit.
  [[nodiscard]] std::optional<protocol::ThreadItem> item() const;

  /// Calls the function that takes these params, if this is an event that a turn consists of (those
  /// of `codex::types`), else the one that takes a `const Notification&`:
  ///
  ///     event.visit([](const codex::types::ItemCompletedNotification& completed) { ... },
  ///                 [](const codex::types::AgentMessageDeltaNotification& piece) { ... },
  ///                 [](const auto&) {});  // everything else
  ///
  /// Without a function for an event, that event does not compile: end with one for everything
  /// else. Throws `DecodeError` if the params do not fit, and what the function throws.
  template <class... Functions>
  void visit(Functions&&... functions) const {
    visit_as(protocol::detail::Overloaded{std::forward<Functions>(functions)...},
             detail::TurnEvents{});
  }

 private:
  template <class Visitor, class... N>
  void visit_as(Visitor&& visitor, detail::Events<N...>) const {
    if (!(visit_if<N>(visitor) || ...)) visitor(*this);
  }
  template <class N, class Visitor>
  bool visit_if(Visitor& visitor) const {
    if constexpr (requires { N::method; }) {  // its header is included
      if (!is<N>()) return false;
      visitor(*as<N>());
      return true;
    } else {
      return false;
    }
  }

  std::shared_ptr<const detail::Message> message_;
};

}  // namespace codex
