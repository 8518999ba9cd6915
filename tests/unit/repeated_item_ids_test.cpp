#include <string>

#include <doctest/doctest.h>

#include "handlers/started_items.hpp"
#include "support/messages.hpp"

using codex::Json;
using codex::detail::StartedItems;

namespace {

/// `text` tells items of the same id apart.
void start(StartedItems& items, const std::string& turn, const std::string& item,
           const std::string& text = "") {
  const Json started{{"method", "item/started"},
                     {"params",
                      {{"threadId", "t"},
                       {"turnId", turn},
                       {"item", {{"type", "fileChange"}, {"id", item}, {"text", text}}}}}};
  items.keep(codex::testing::message(started.dump()));
}

/// The `text` of the item; nothing when there is none.
std::optional<std::string> found(const StartedItems& items, const std::string& turn,
                                 const std::string& item) {
  const auto started = items.find("t", turn, item);
  if (!started) return std::nullopt;
  return started->json().at("/params/item/text"_json_pointer).get<std::string>();
}

}  // namespace

TEST_CASE("an id that the model gave twice in a turn names nothing any more") {
  StartedItems items;
  start(items, "u", "p1", "evil");
  start(items, "u", "p1", "harmless");
  CHECK_FALSE(found(items, "u", "p1"));
  start(items, "u", "p1", "harmless again");
  CHECK_FALSE(found(items, "u", "p1"));
  start(items, "v", "p1", "other turn");
  CHECK(found(items, "v", "p1") == "other turn");
}

TEST_CASE("a proxy that puts blanks between members hides no item") {
  StartedItems items;
  const auto keep = [&](const char* text) {
    items.keep(codex::testing::message(
        std::string(R"({ "params" : { "item" : { "type" : "fileChange", "id" : "p1", "text" : ")") +
        text + R"(" }, "turnId" : "u", "threadId" : "t" }, "method" : "item/started" })"));
  };
  keep("evil");
  CHECK(found(items, "u", "p1") == "evil");
  keep("harmless");
  CHECK_FALSE(found(items, "u", "p1"));
}

TEST_CASE("an item that was too large to keep is not shown, and counts as given") {
  StartedItems items;
  const std::string outline = R"({"method":"item/started","params":{"threadId":"t","turnId":"u",)"
                              R"("item":{"type":"fileChange","id":"p1","changes":[]}}})";
  items.keep(codex::detail::EnvelopeScanner().scan(outline, 1'000'000));
  CHECK_FALSE(found(items, "u", "p1"));
  start(items, "u", "p1", "harmless");
  CHECK_FALSE(found(items, "u", "p1"));
  CHECK(items.is_ambiguous("u", "p1"));
}

TEST_CASE("an id that is asked about twice names nothing any more") {
  StartedItems items;
  start(items, "u", "p1", "harmless");
  items.note_asked("u", "p1", "1");
  CHECK(found(items, "u", "p1") == "harmless");
  items.note_asked("v", "p1", "2");
  CHECK(found(items, "u", "p1") == "harmless");
  items.note_resolved("1");
  items.note_asked("u", "p1", "3");
  CHECK_FALSE(found(items, "u", "p1"));
}

TEST_CASE("an id counts as given also when its item was forgotten for want of room") {
  StartedItems items(2);
  start(items, "u", "p1", "evil");
  start(items, "u", "p2");
  start(items, "u", "p3");
  CHECK_FALSE(found(items, "u", "p1"));
  start(items, "u", "p1", "harmless");
  CHECK_FALSE(found(items, "u", "p1"));
  CHECK(found(items, "u", "p3") == "");

  StartedItems small(100, 1000);
  start(small, "u", "p1", std::string(800, 'x'));
  start(small, "u", "p2", std::string(800, 'y'));
  CHECK_FALSE(found(small, "u", "p1"));
  CHECK(found(small, "u", "p2") == std::string(800, 'y'));
}

TEST_CASE("a turn that asked about one id twice at once gets no yes any more") {
  StartedItems items;
  items.note_asked("u", "c1", "1");
  items.note_asked("u", "c2", "2");
  items.note_asked("v", "c1", "3");
  CHECK_FALSE(items.is_ambiguous("u", "c1"));
  items.note_asked("u", "c1", "4");
  CHECK(items.is_ambiguous("u", "c1"));
  CHECK(items.is_ambiguous("u", "c2"));
  CHECK(items.is_ambiguous("u", "c3"));
  CHECK_FALSE(items.is_ambiguous("v", "c1"));
  for (const char* request : {"1", "2", "4"}) items.note_resolved(request);
  CHECK(items.is_ambiguous("u", "c3"));
  items.forget_turn("u");
  CHECK_FALSE(items.is_ambiguous("u", "c1"));
}

TEST_CASE("an id that is asked about again once the runtime has its answer means one thing") {
  StartedItems items;
  for (const char* request : {"1", "2", "3"}) {
    items.note_asked("u", "c1", request);
    items.note_asked("u", "c1", request);  // as for a client that has come since
    CHECK_FALSE(items.is_ambiguous("u", "c1"));
    items.note_resolved(request);
  }
}

TEST_CASE("a yes to an id that two items of a turn have may be taken for one to the other") {
  StartedItems items;
  start(items, "u", "c1");
  start(items, "u", "c2");
  CHECK_FALSE(items.is_ambiguous("u", "c1"));
  start(items, "u", "c1");
  CHECK(items.is_ambiguous("u", "c1"));
  CHECK_FALSE(items.is_ambiguous("u", "c2"));
  CHECK_FALSE(items.is_ambiguous("v", "c1"));
}

TEST_CASE("past as many requests as may be open, and as many turns, none gets a yes") {
  StartedItems items;
  for (std::size_t i = 0; i < StartedItems::max_open; ++i) {
    items.note_asked("u", std::to_string(i), std::to_string(i));
  }
  CHECK_FALSE(items.is_ambiguous("u", "0"));
  items.note_asked("v", "one more", "one more");
  CHECK(items.is_ambiguous("v", "one more"));
  CHECK_FALSE(items.is_ambiguous("u", "0"));
  for (std::size_t i = 0; i < codex::detail::KnownIds::max_turns; ++i) {
    items.note_asked("w" + std::to_string(i), "c", "r" + std::to_string(i));
  }
  CHECK(items.is_ambiguous("u", "0"));
}
