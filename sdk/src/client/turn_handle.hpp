#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <codex/turn.hpp>

#include "client/client_core.hpp"
#include "client/turn_state.hpp"
#include "connection/subscription.hpp"

namespace codex {

/// A handle's share in its turn, and its own place in the events until a stream takes it.
struct TurnHandle::Impl {
  std::shared_ptr<detail::Client> client;
  std::shared_ptr<detail::TurnState> turn;
  std::optional<detail::Subscription> place;

  [[nodiscard]] Impl copy() const {
    return {client, turn, place ? std::optional(place->fork()) : std::nullopt};
  }
  [[nodiscard]] detail::Subscription take_place() {
    if (!place) return turn->subscribe();
    detail::Subscription taken = *std::move(place);
    place.reset();
    return taken;
  }
  /// Holds no events back for a stream that nobody has asked for.
  void release_place() { place.reset(); }

  [[nodiscard]] detail::CallTerms terms(const CallOptions& options) const {
    return {.deadline = detail::deadline_of(client->config(), options),
            .stop = options.stop,
            .extra_params = options.extra_params};
  }
};

}  // namespace codex
