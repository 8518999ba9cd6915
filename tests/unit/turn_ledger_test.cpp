#include "recovery/turn_ledger.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/messages.hpp"

using codex::Json;
using codex::detail::Peek;
using codex::detail::TurnLedger;
using codex::testing::message;

namespace {

Json params(Json members) {
  members["threadId"] = "t";
  members["turnId"] = "u";
  return members;
}

/// A ledger, and what its app has seen.
struct Watched {
  std::set<std::string> left_out;
  TurnLedger ledger{"t", "u", left_out};
  std::vector<Json> seen = {};

  void take(const Json& event) {
    const auto verdict = ledger.take(*message(event.dump()));
    for (const auto& before : verdict.before) seen.push_back(Json::parse(before));
    if (verdict.is_shown) seen.push_back(event);
  }
  void take(const std::string& method, Json members) {
    take(Json{{"method", method}, {"params", params(std::move(members))}});
  }
  void start(const std::string& id, const std::string& type = "agentMessage") {
    take("item/started", {{"item", {{"id", id}, {"type", type}}}});
  }
  void delta(const std::string& id, const std::string& text) {
    take("item/agentMessage/delta", {{"itemId", id}, {"delta", text}});
  }
  void complete(const std::string& id, const std::string& text) {
    take("item/completed", {{"item", {{"id", id}, {"type", "agentMessage"}, {"text", text}}}});
  }
  void catch_up_with(const Json& turn) {
    const std::string text = turn.dump();
    for (const auto& missing : ledger.missing_from(Peek(text))) take(Json::parse(missing));
  }
  [[nodiscard]] std::vector<std::string> methods() const {
    std::vector<std::string> all;
    for (const auto& event : seen) all.push_back(event["method"]);
    return all;
  }
  [[nodiscard]] std::string streamed(const std::string& id) const {
    std::string text;
    for (const auto& event : seen) {
      if (event["params"].value("itemId", "") != id || !event["params"].contains("delta")) continue;
      text += event["params"]["delta"];
    }
    return text;
  }
};

Json record(Json items, const std::string& status = "inProgress", Json completed_at = nullptr) {
  return {
      {"id", "u"}, {"items", std::move(items)}, {"status", status}, {"completedAt", completed_at}};
}

Json item(const std::string& id, const std::string& text) {
  return {{"id", id},
          {"type", "agentMessage"},
          {"text", text},
          {"startedAtMs", 1},
          {"completedAtMs", 2}};
}

using Methods = std::vector<std::string>;

}  // namespace

TEST_CASE("without a cut the ledger lets everything pass as it is") {
  Watched turn;
  turn.start("a");
  turn.delta("a", "one ");
  turn.delta("a", "two");
  turn.complete("a", "one two");
  CHECK(turn.methods() == Methods{"item/started", "item/agentMessage/delta",
                                  "item/agentMessage/delta", "item/completed"});
}

TEST_CASE("the stream of an item that ran during a cut sums up to its text") {
  Watched turn;
  turn.start("a");
  turn.delta("a", "one ");
  turn.ledger.note_cut();
  turn.delta("a", "four");  // where it belongs, nobody can tell
  turn.complete("a", "one two three four");
  CHECK(turn.streamed("a") == "one two three four");
  CHECK(turn.methods() == Methods{"item/started", "item/agentMessage/delta",
                                  "item/agentMessage/delta", "item/completed"});
}

TEST_CASE("a text that does not go on from what was streamed is left to the complete item") {
  Watched turn;
  turn.start("a");
  turn.delta("a", "one ");
  turn.ledger.note_cut();
  turn.complete("a", "something else");
  CHECK(turn.streamed("a") == "one ");
}

TEST_CASE("an item that came and went during the cut is shown from its start to its end") {
  Watched turn;
  turn.ledger.note_cut();
  turn.catch_up_with(record(Json::array({item("a", "text")})));
  CHECK(turn.methods() ==
        Methods{"turn/started", "item/started", "item/agentMessage/delta", "item/completed"});
  CHECK(turn.seen[1]["params"]["startedAtMs"] == 1);
  CHECK(turn.seen[3]["params"]["completedAtMs"] == 2);
  CHECK(turn.streamed("a") == "text");
}

TEST_CASE("an item that began during the cut has its start when it is complete") {
  Watched turn;
  turn.start("first");
  turn.ledger.note_cut();
  turn.delta("a", "ext");
  turn.complete("a", "text");
  CHECK(turn.methods() ==
        Methods{"item/started", "item/started", "item/agentMessage/delta", "item/completed"});
  CHECK(turn.streamed("a") == "text");
}

TEST_CASE("nothing that the app has seen is shown again") {
  Watched turn;
  turn.start("a");
  turn.complete("a", "text");
  turn.ledger.note_cut();
  const auto before = turn.seen.size();
  turn.catch_up_with(record(Json::array({item("a", "text")})));
  turn.start("a");
  turn.delta("a", "text");
  turn.complete("a", "text");
  CHECK(turn.seen.size() == before);
}

TEST_CASE("an item that begins after the cut streams as it comes") {
  Watched turn;
  turn.ledger.note_cut();
  turn.start("a");
  turn.delta("a", "te");
  CHECK(turn.streamed("a") == "te");
  turn.delta("a", "xt");
  turn.complete("a", "text");
  CHECK(turn.streamed("a") == "text");
}

TEST_CASE("the record tells a turn's end, but not by an interruption without a time") {
  Watched turn;
  turn.start("a");
  turn.ledger.note_cut();
  std::string end;
  Json at = 7;
  SUBCASE("completed") { end = "completed"; }
  SUBCASE("failed, without a time") {
    end = "failed";
    at = nullptr;
  }
  SUBCASE("interrupted") { end = "interrupted"; }
  SUBCASE("not known yet") {
    turn.catch_up_with(record(Json::array(), "interrupted"));
    CHECK(turn.methods() == Methods{"item/started"});
    return;
  }
  turn.catch_up_with(record(Json::array(), end, at));
  REQUIRE(turn.methods() == Methods{"item/started", "turn/completed"});
  CHECK(turn.seen[1]["params"]["turn"]["status"] == end);
  CHECK(turn.seen[1]["params"]["threadId"] == "t");
}

TEST_CASE("each part of a reasoning has a stream of its own, and is announced") {
  Watched turn;
  turn.start("r", "reasoning");
  turn.take("item/reasoning/summaryPartAdded", {{"itemId", "r"}, {"summaryIndex", 0}});
  turn.take("item/reasoning/summaryTextDelta",
            {{"itemId", "r"}, {"summaryIndex", 0}, {"delta", "on"}});
  turn.ledger.note_cut();
  turn.take("item/completed",
            {{"item", {{"id", "r"}, {"type", "reasoning"}, {"summary", {"one", "two"}}}}});
  const std::vector<Json> added(turn.seen.begin() + 3, turn.seen.end() - 1);
  REQUIRE(added.size() == 3);
  CHECK(added[0]["params"]["delta"] == "e");
  CHECK(added[0]["params"]["summaryIndex"] == 0);
  CHECK(added[1]["method"] == "item/reasoning/summaryPartAdded");
  CHECK(added[1]["params"]["summaryIndex"] == 1);
  CHECK(added[2]["params"]["delta"] == "two");
}

TEST_CASE("deltas that the client does not want are not made up") {
  Watched turn{.left_out = {"item/agentMessage/delta"}};
  turn.start("a");
  turn.ledger.note_cut();
  turn.complete("a", "text");
  CHECK(turn.methods() == Methods{"item/started", "item/completed"});
}

TEST_CASE("no event that the client does not want is made up") {
  Watched turn;
  SUBCASE("turn/started") { turn.left_out = {"turn/started"}; }
  SUBCASE("item/started") { turn.left_out = {"item/started"}; }
  SUBCASE("item/completed") { turn.left_out = {"item/completed"}; }
  turn.ledger.note_cut();
  turn.catch_up_with(record(Json::array({item("a", "text")})));
  for (const auto& method : turn.methods()) CHECK_FALSE(turn.left_out.contains(method));
}

TEST_CASE("what a turn had done when it was taken up is not shown after a cut") {
  Watched turn;
  const std::string before = record(Json::array({item("a", "text")})).dump();
  bool is_shown = false;
  SUBCASE("it ran when the client came") {}
  SUBCASE("but all of a turn that was known from its beginning is") {
    turn.ledger.note_begin();
    is_shown = true;
  }
  turn.ledger.note_before(Peek(before));
  turn.ledger.note_cut();
  turn.catch_up_with(record(Json::array({item("a", "text"), item("b", "more")})));
  const auto methods = turn.methods();
  CHECK(std::ranges::count(methods, "item/completed") == (is_shown ? 2 : 1));
  CHECK(turn.streamed("b") == "more");
}
