#pragma once

#include <bitset>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <codex/notification.hpp>

namespace codex::detail {

/// The ids that turns have used, as hashes. Beyond its limits it forgets the ids of the turn that
/// began first, and takes every further id of that turn for a known one.
class KnownIds {
 public:
  static constexpr std::size_t max_turns = 256;
  static constexpr std::size_t max_ids = 65'536;

  /// Adds the turn's id; whether it is surely a new one.
  bool add(std::string_view turn_id, std::string_view item_id);
  /// Whether it may be one of them: all of a turn that it had to forget are.
  [[nodiscard]] bool contains(std::string_view turn_id, std::string_view item_id) const;
  void forget_turn(std::string_view turn_id);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  using Turns = std::map<std::string, std::unordered_set<std::size_t>, std::less<>>;

  void erase(Turns::iterator turn);

  Turns turns_;
  std::deque<std::string> order_;     // of these, the oldest first
  std::size_t size_ = 0;              // of all of them together
  std::bitset<(1 << 18)> forgotten_;  // turns, by their hashes; some others seem to be
};

/// The latest item/started of commands and file changes, for the requests that are about them and
/// do not say what they are. Thread-safe.
///
/// The ids are the model's. One that it gives to two items of a turn names neither: it could show a
/// harmless patch for the one that it wants to have accepted. Nor does one that is asked about
/// twice: where two patches of one id run at once, the runtime announces the first of them alone.
///
/// The runtime keeps what it asks by that id as well: of two requests with one id that are open at
/// once, an answer to the one is taken for the other.
class StartedItems {
 public:
  /// Requests that the runtime has not resolved. Past it, no turn that asks gets a yes.
  static constexpr std::size_t max_open = 1024;

  /// Beyond these the oldest are forgotten.
  explicit StartedItems(std::size_t max_items = 256,
                        std::size_t max_bytes = std::size_t{16} * 1024 * 1024)
      : max_items_(max_items), max_bytes_(max_bytes) {}

  /// Keeps it if it is one of those.
  void keep(const std::shared_ptr<const Message>& item_started);

  [[nodiscard]] std::optional<Notification> find(std::string_view thread_id,
                                                 std::string_view turn_id,
                                                 std::string_view item_id) const;

  /// The runtime asks whether it may do what this item says. A request that it repeats, since
  /// another client has come, counts once.
  void note_asked(std::string_view turn_id, std::string_view item_id, std::string_view request_id);

  /// The runtime has the answer to that, or needs none any more.
  void note_resolved(std::string_view request_id);

  /// Whether a yes may be taken for the answer to something else: an id of this turn was asked
  /// about twice at once, or this id was given to two items. Past the limits it may.
  [[nodiscard]] bool is_ambiguous(std::string_view turn_id, std::string_view item_id) const;

  void forget_turn(std::string_view turn_id);

  /// How many ids it knows, and how many bytes the items have.
  [[nodiscard]] std::size_t known_ids() const;
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  struct Item {
    Notification started;
    std::string id;
  };
  struct Asked {
    std::string request_id;
    std::string turn_id;
    std::string item_id;
  };

  void strike(std::string_view turn_id);
  void forget(std::string_view turn_id, std::string_view item_id);
  void forget_oldest();

  const std::size_t max_items_;
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  KnownIds ids_;  // of forgotten items too
  KnownIds asked_;
  KnownIds repeated_;                          // that more than one item has
  std::vector<Asked> open_;                    // that the runtime waits for
  std::set<std::string, std::less<>> struck_;  // turns that asked about one id twice at once
  bool are_all_struck_ = false;
};

}  // namespace codex::detail
