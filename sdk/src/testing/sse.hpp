#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "testing/script.hpp"

namespace codex::testing::detail {

/// Counts the ids of each kind: msg_1, msg_2, call_1, ...
class IdCounter {
 public:
  [[nodiscard]] std::string next(const std::string& kind) {
    return kind + "_" + std::to_string(++last_[kind]);
  }

 private:
  std::map<std::string, int> last_;
};

/// Bytes of the event stream.
struct Send {
  std::string bytes;
};
/// The connection breaks here. Without it, the stream ends normally.
struct Cut {};

using StreamStep = std::variant<Send, Hold, Pause, Cut>;

/// The steps that stream a reply, which is no HTTP error; missing ids of the reply come from `ids`.
[[nodiscard]] std::vector<StreamStep> lay_out(const Script& script, IdCounter& ids);

}  // namespace codex::testing::detail
