#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include <codex/notification.hpp>

namespace codex::detail {

/// The latest item/started of commands and file changes, for the requests that are about them and
/// do not say what they are. Thread-safe.
///
/// The ids are the model's. One that it gives to two items of a turn names neither: it could show a
/// harmless patch for the one that it wants to have accepted. Nor does one that is asked about
/// twice: where two patches of one id run at once, the runtime announces the first of them alone.
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

  /// The runtime asks whether it may do what this item says.
  void note_asked(std::string_view turn_id, std::string_view item_id);

  void forget_turn(std::string_view turn_id);

 private:
  struct Item {
    Notification started;
    std::string id;
  };

  // Past this an item of the turn is not kept, for it may have an id that was there before.
  static constexpr std::size_t max_ids_of_turn = 65'536;

  using IdsByTurn = std::map<std::string, std::unordered_set<std::size_t>, std::less<>>;

  /// Whether the turn's id was not among these before.
  static bool is_new(IdsByTurn& all, std::string_view turn_id, std::string_view item_id);
  void forget(std::string_view turn_id, std::string_view item_id);
  void forget_oldest();

  const std::size_t max_items_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  // By turn, the hashes of all the ids that it had, of forgotten items too.
  IdsByTurn ids_;
  IdsByTurn asked_;
};

}  // namespace codex::detail
