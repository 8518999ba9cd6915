#include "handlers/started_items.hpp"

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace codex::testing {
namespace {

std::shared_ptr<const codex::detail::Message> started(const std::string& turn,
                                                      const std::string& item,
                                                      const char* type = "fileChange") {
  return message(R"({"method":"item/started","params":{"threadId":"t","turnId":")" + turn +
                 R"(","item":{"type":")" + type + R"(","id":")" + item + R"("}}})");
}

}  // namespace

TEST_CASE("an item that was started is found by thread, turn and id") {
  codex::detail::StartedItems items;
  items.keep(started("u1", "same"));
  items.keep(started("u2", "same", "commandExecution"));
  items.keep(started("u1", "message", "agentMessage"));
  const auto found = items.find("t", "u1", "same");
  REQUIRE(found);
  CHECK(found->turn_id() == "u1");
  CHECK(items.find("t", "u2", "same"));
  CHECK_FALSE(items.find("other", "u1", "same"));
  CHECK_FALSE(items.find("t", "u1", "other"));
  CHECK_FALSE(items.find("t", "u1", "message"));
  items.forget_turn("u1");
  CHECK_FALSE(items.find("t", "u1", "same"));
  CHECK(items.find("t", "u2", "same"));
}

TEST_CASE("an item whose id is missing or too long to be kept is found by nobody") {
  codex::detail::StartedItems items;
  items.keep(started("u", ""));
  CHECK_FALSE(items.find("t", "u", ""));
  const std::string long_id(codex::detail::max_id_bytes + 1, 'x');
  items.keep(started("v", long_id));
  CHECK_FALSE(items.find("t", "v", ""));
  CHECK_FALSE(items.find("t", "v", long_id));
}

TEST_CASE("of started items only so many are kept, and so many bytes, but always the latest") {
  codex::detail::StartedItems two(2);
  for (const char* item : {"a", "b", "c"}) two.keep(started("u", item));
  CHECK_FALSE(two.find("t", "u", "a"));
  CHECK(two.find("t", "u", "b"));
  codex::detail::StartedItems small(10, 1);
  for (const char* item : {"a", "b"}) small.keep(started("u", item));
  CHECK_FALSE(small.find("t", "u", "a"));
  CHECK(small.find("t", "u", "b"));
}

}  // namespace codex::testing
