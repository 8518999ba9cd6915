#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "wire/envelope.hpp"
#include "wire/peek.hpp"

namespace codex::detail {

/// What the app has seen of one turn. After a cut it tells what of the runtime's record the app
/// lacks, and keeps each event from being seen twice. The runtime keeps no text of an item that
/// runs, and a delta does not say where it belongs: so the deltas of an item that ran during a cut
/// are held back, and the missing end of its text comes as one delta when the item is complete.
class TurnLedger {
 public:
  /// `left_out`: notifications that the client does not want.
  TurnLedger(std::string thread_id, std::string turn_id, const std::set<std::string>& left_out);

  [[nodiscard]] const std::string& thread_id() const noexcept { return thread_id_; }

  /// What becomes of an event of this turn.
  struct Verdict {
    bool is_shown = true;
    std::vector<std::string> before = {};  // messages that the app must see first
  };
  [[nodiscard]] Verdict take(const Message& event);

  /// The turn was begun by this client, or is about to begin: nothing came before.
  void note_begin() { is_whole_ = true; }
  /// What a turn that was taken up while it ran had done by then; the app has it from the record.
  void note_before(Peek turn);

  /// From now on deltas of the items that run may have been lost.
  void note_cut();
  /// The same for one item: a delta of it was not kept.
  void note_gap(std::string_view item_id);

  /// The messages that the app lacks, by the runtime's record of the turn. Each of them must go
  /// through `take`.
  [[nodiscard]] std::vector<std::string> missing_from(Peek turn) const;
  /// Those of items alone: the record of a review that runs is a turn of its own, and the review's
  /// events have the items.
  [[nodiscard]] std::vector<std::string> missing_items_from(Peek turn) const;

 private:
  /// One text of an item: the parts of a reasoning have one each.
  struct Channel {
    std::string_view method;  // of its deltas
    std::size_t index = 0;
    auto operator<=>(const Channel&) const = default;
  };
  struct Item {
    bool is_announced = false;  // by its item/started
    bool is_completed = false;
    bool has_gaps = false;
    std::map<Channel, std::string> texts = {};  // while it runs
  };
  using Items = std::map<std::string, Item, std::less<>>;

  [[nodiscard]] static std::optional<Channel> channel_of(const Message& delta);
  [[nodiscard]] static std::vector<std::pair<Channel, std::string>> texts_of(Peek item);
  [[nodiscard]] bool take_delta(const Message& delta, const Channel& channel);
  [[nodiscard]] std::vector<std::string> rest_of(const std::string& id, const Item& seen,
                                                 Peek item) const;
  [[nodiscard]] bool is_left_out(std::string_view method) const;
  [[nodiscard]] std::string started(Peek item) const;
  [[nodiscard]] std::string about(Peek item, std::string_view time) const;
  [[nodiscard]] std::string message(std::string_view method, const std::string& members) const;

  const std::string thread_id_;
  const std::string turn_id_;
  const std::set<std::string>& left_out_;
  bool has_begun_ = false;
  bool is_whole_ = false;  // known from its beginning
  std::set<std::string, std::less<>> done_before_;
  bool was_cut_ = false;
  Items items_;
};

}  // namespace codex::detail
