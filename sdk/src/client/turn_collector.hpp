#pragma once

#include <optional>
#include <string>
#include <vector>

#include <codex/notification.hpp>
#include <codex/turn.hpp>

namespace codex::detail {

/// Gathers what a turn's result is made of from its events. Keeps the events and decodes them only
/// when the result is asked for.
class TurnCollector {
 public:
  explicit TurnCollector(std::string turn_id) : turn_id_(std::move(turn_id)) {}

  void feed(const Notification& event);

  [[nodiscard]] bool is_completed() const noexcept { return completed_.has_value(); }

  /// What has come so far. An item that does not fit its type comes as `Unknown`, whole.
  [[nodiscard]] TurnResult result() const;

 private:
  std::string turn_id_;
  std::vector<Notification> items_;
  std::optional<Notification> usage_;
  std::optional<Notification> completed_;
};

}  // namespace codex::detail
