#include "faults.hpp"

namespace codex::testing {
namespace {

constexpr int sigkill = 9;  // <csignal> of Windows has none

/// Runs these steps instead of the right ones.
auto instead(Answer answer) {
  return [answer = std::move(answer)](const Answer&) { return answer; };
}

/// Runs these steps, then the right ones.
auto first(Answer answer) {
  return [answer = std::move(answer)](const Answer& rest) { return Answer(answer).then(rest); };
}

Json delta_of_turn() {
  return {{"threadId", "$thread"}, {"turnId", "$turn"}, {"itemId", "i"}, {"delta", "x"}};
}

std::string large_text() { return std::string(2 * longest_message, 'x'); }

const std::string invalid_utf8 = "{\"method\":\"x\",\"params\":{\"text\":\"\xff\xfe\"}}\n";
const std::string deeply_nested = R"({"method":"x","params":)" + std::string(50'000, '[') + "\n";

}  // namespace

std::vector<Fault> all_faults() {
  using enum Effect;
  return {
      {"none at all", none, first(Answer{})},
      {"answers twice", none, [](const Answer& rest) { return Answer(rest).then(rest); }},
      {"answers in pieces", none, first(Answer{}.split_at({1, 2, 30}))},
      {"answers an unknown id", none, first(Answer{}.message({{"id", 4711}, {"result", 7}}))},
      {"answers null", none,
       first(Answer{}.message({{"id", nullptr}, {"error", {{"code", 1}, {"message", "?"}}}}))},
      {"answers an id of another type", none,
       first(Answer{}.message({{"id", "one"}, {"result", 7}}))},
      {"sends a notification that is too large", none,
       first(Answer{}.notify("configWarning", {{"summary", large_text()}}))},
      {"asks something that is too large", none,
       first(Answer{}.ask("no/such/request", {{"text", large_text()}}))},
      {"asks something unknown", none, first(Answer{}.ask("no/such/request"))},
      {"sends an unknown notification", none, first(Answer{}.notify("no/such/event"))},
      {"sends events that do not fit", none,
       first(Answer{}
                 .notify("turn/completed", 7)
                 .notify("item/completed", {{"threadId", "$thread"}, {"turnId", "$turn"}})
                 .notify("account/login/completed", {{"loginId", 7}}))},
      {"floods notifications", none, first(Answer{}.flood(3000, "fs/changed"))},
      {"floods deltas", none,
       first(Answer{}.flood(3000, "item/agentMessage/delta", delta_of_turn()))},
      {"ignores shutdown", none, first(Answer{}.ignore_shutdown())},
      {"refuses", refused, instead(Answer{}.error(-32603, "no"))},
      {"answers a number", misfit, instead(Answer{}.result(7))},
      {"answers null for a result", misfit, instead(Answer{}.result(nullptr))},
      {"answers another shape", misshapen,
       instead(Answer{}.result({{"data", 7}, {"turn", 7}, {"thread", 7}, {"turnId", 7}}))},
      {"answers without a result", empty, instead(Answer{}.message({{"id", "$id"}}))},
      {"stalls", silenced, instead(Answer{}.stall())},
      {"stalls in the middle of a line", silenced, instead(Answer{}.raw("{\"id\":").stall())},
      {"closes stdin and stalls", silenced, instead(Answer{}.close_stdin().stall())},
      {"stalls and ignores shutdown", silenced, instead(Answer{}.ignore_shutdown().stall())},
      {"exits", broken, instead(Answer{}.log("oh no\n").exit(3))},
      {"is killed", broken, instead(Answer{}.die(sigkill))},
      {"exits in the middle of a line", broken, instead(Answer{}.raw("{\"id\":").exit(0))},
      {"exits at a byte", broken, first(Answer{}.exit_after(20, 3))},
      {"closes stdout alone", broken, instead(Answer{}.close_stdout())},
      {"sends garbage", stray, instead(Answer{}.raw("\x01 garbage\n").stall())},
      {"sends JSON that is no message", stray, instead(Answer{}.raw("[1, 2]\n").stall())},
      {"sends invalid UTF-8", broken, instead(Answer{}.raw(invalid_utf8).stall())},
      {"nests without end", broken, instead(Answer{}.raw(deeply_nested).stall())},
      {"sends a line without end", broken, instead(Answer{}.endless_line(2 * longest_message)),
       true},
      {"answers too much", oversized, instead(Answer{}.result({{"text", large_text()}}))},
  };
}

}  // namespace codex::testing
