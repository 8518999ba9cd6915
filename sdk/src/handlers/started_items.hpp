#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include <codex/notification.hpp>

namespace codex::detail {

/// The latest item/started of commands and file changes, for the requests that are about them and
/// do not say what they are. Thread-safe.
class StartedItems {
 public:
  /// Beyond these the oldest are forgotten.
  explicit StartedItems(std::size_t max_items = 256,
                        std::size_t max_bytes = std::size_t{16} * 1024 * 1024)
      : max_items_(max_items), max_bytes_(max_bytes) {}

  /// Keeps it if it is one of those.
  void keep(const std::shared_ptr<const Message>& item_started);

  [[nodiscard]] std::optional<Notification> find(std::string_view thread_id,
                                                 std::string_view turn_id,
                                                 std::string_view item_id) const;

  void forget_turn(std::string_view turn_id);

 private:
  const std::size_t max_items_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  std::deque<Notification> items_;
  std::size_t bytes_ = 0;
};

}  // namespace codex::detail
