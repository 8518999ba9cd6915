#include "transport/unsent_bytes.hpp"

#include <string>

#include <doctest/doctest.h>

#include "support/messages.hpp"

using codex::detail::UnsentBytes;
using codex::testing::contains;
using codex::testing::error_of;

TEST_CASE("what was sent takes no room, even if the queue never runs empty") {
  UnsentBytes unsent(10);
  unsent.append("a");
  std::string got;
  for (char c = 'b'; c <= 'z'; ++c) {
    unsent.check_room(9);
    unsent.append(std::string(1, c));
    got += unsent.rest().front();
    unsent.remove(1);
    CHECK_FALSE(unsent.is_empty());
  }
  CHECK(got + std::string(unsent.rest()) == "abcdefghijklmnopqrstuvwxyz");
}

TEST_CASE("bytes beyond the limit are an error that says how many wait") {
  UnsentBytes unsent(10);
  unsent.append("1234567");
  unsent.remove(2);
  unsent.check_room(5);
  const auto error = error_of<codex::CodexError>([&] { unsent.check_room(6); });
  REQUIRE(error);
  CHECK(contains(error->what(), "5 bytes are waiting"));
}
