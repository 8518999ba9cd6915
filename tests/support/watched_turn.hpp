#pragma once

#include <map>
#include <string>
#include <vector>

#include <codex/codex.hpp>

namespace codex::testing {

/// What an app saw of a turn, without ids and times: two runs of one turn compare equal.
struct Seen {
  std::string status;
  std::string final_response;
  std::vector<std::string> items = {};    // of the result, sorted
  std::vector<std::string> streams = {};  // what the deltas of each item summed up to, sorted
  std::vector<std::string> faults = {};   // what no stream may do
  bool operator==(const Seen&) const = default;
};

/// Puts together what the events of a turn show, and finds what no stream may do: an item that
/// starts or ends twice, or whose deltas do not sum up to its text.
class TurnWatch {
 public:
  void see(const Notification& event);
  [[nodiscard]] Seen seen(const TurnResult& result) const;

 private:
  struct Item {
    std::string type = "unknown";
    int starts = 0;
    int ends = 0;
    bool has_stream = false;
    std::string stream = {};
    std::string text = {};  // of the complete item
  };
  void see_item(std::string_view method, const Json& item);

  std::map<std::string, Item> items_;
  std::vector<std::string> faults_;
  int turn_ends_ = 0;
};

/// For messages of failed tests.
[[nodiscard]] std::string text_of(const Seen& seen);

}  // namespace codex::testing
