#pragma once

#include <string>
#include <vector>

#include <codex/codex.hpp>

namespace soak {

/// The items of a turn as sorted texts, without what differs from run to run: ids and times. Two
/// calls at once may end in any order.
using Shape = std::vector<std::string>;
[[nodiscard]] Shape shape_of(const std::vector<codex::protocol::ThreadItem>& items);
/// The same turn with another number.
[[nodiscard]] Shape with_number(const Shape& shape, int from, int to);
/// Whether each text of the one is in the other.
[[nodiscard]] bool is_part_of(const Shape& part, const Shape& whole);
/// What one has and the other has not, for people.
[[nodiscard]] std::string difference(const Shape& got, const Shape& expected);

/// The text of each message as its deltas add up.
class Texts {
 public:
  void add(const codex::Notification& event);
  /// Whether each message of the turn is what its deltas were.
  [[nodiscard]] bool fit(const std::vector<codex::protocol::ThreadItem>& items) const;

 private:
  std::map<std::string, std::string> texts_;
};

}  // namespace soak
