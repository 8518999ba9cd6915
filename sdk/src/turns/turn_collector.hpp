#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <codex/notification.hpp>
#include <codex/turn.hpp>

namespace codex::detail {

/// Gathers what a turn's result is made of from its events. Keeps the events and decodes them only
/// when the result is asked for.
class TurnCollector {
 public:
  /// Beyond `max_item_bytes` the oldest items are dropped, and counted.
  explicit TurnCollector(std::string turn_id,
                         std::size_t max_item_bytes = std::size_t{256} * 1024 * 1024)
      : turn_id_(std::move(turn_id)), max_item_bytes_(max_item_bytes) {}

  /// For a turn that was taken up while it ran: it has these items already. An event that comes
  /// again counts once. What the turn has used by then is not known.
  void begin_with(const std::vector<Notification>& completed);

  void feed(const Notification& event);

  [[nodiscard]] bool is_completed() const noexcept { return completed_.has_value(); }

  /// The turn/completed, once it has come.
  [[nodiscard]] const std::optional<Notification>& completed() const noexcept { return completed_; }

  /// What has come so far. An item that does not fit its type comes as `Unknown`, whole; one that
  /// nests too deep to be a tree as the text that it came in. A turn/completed that nests too deep
  /// makes the turn one that failed.
  [[nodiscard]] TurnResult result() const;

 private:
  /// How many reports of token usage are kept.
  static constexpr std::size_t max_usages = 1000;

  /// What a turn that was taken up has told.
  struct Heard {
    std::set<std::string> started;
    std::set<std::string> completed;
  };

  [[nodiscard]] bool is_repeated(const Notification& event);
  void keep_item(const Notification& event);
  void keep_usage(const Notification& event);
  void read_usage(TurnResult& result) const;
  [[nodiscard]] std::uint64_t unfinished(const TurnResult& result) const;

  std::string turn_id_;
  std::size_t max_item_bytes_;
  std::deque<Notification> items_;
  std::size_t item_bytes_ = 0;
  std::uint64_t dropped_items_ = 0;
  std::uint64_t started_items_ = 0;
  std::uint64_t usage_reports_ = 0;
  std::optional<Notification> first_usage_;
  std::deque<Notification> usages_;  // the latest
  std::optional<Notification> completed_;
  std::optional<Heard> heard_;  // of a turn that was taken up
};

}  // namespace codex::detail
