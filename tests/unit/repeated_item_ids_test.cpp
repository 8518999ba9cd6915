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

TEST_CASE("an id that is asked about twice names nothing any more") {
  StartedItems items;
  start(items, "u", "p1", "harmless");
  items.note_asked("u", "p1");
  CHECK(found(items, "u", "p1") == "harmless");
  items.note_asked("v", "p1");
  CHECK(found(items, "u", "p1") == "harmless");
  items.note_asked("u", "p1");
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
