#pragma once

#include <memory>
#include <optional>

#include <codex/turn.hpp>

#include "client/turn_state.hpp"

namespace codex {

/// A handle's share in its turn, and its own place in the events until a stream takes it.
struct TurnHandle::Impl {
  std::shared_ptr<detail::TurnState> turn;
  std::optional<detail::Subscription> place;

  [[nodiscard]] Impl copy() const {
    return {turn, place ? std::optional(place->fork()) : std::nullopt};
  }
  [[nodiscard]] detail::Subscription take_place() {
    if (!place) return turn->subscribe();
    detail::Subscription taken = *std::move(place);
    place.reset();
    return taken;
  }
  /// Holds no events back for a stream that nobody has asked for.
  void release_place() { place.reset(); }
};

}  // namespace codex
