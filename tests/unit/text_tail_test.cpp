#include "transport/text_tail.hpp"

#include <doctest/doctest.h>

#include "support/messages.hpp"

namespace codex::detail {

TEST_CASE("a short text is its own tail") {
  TextTail tail;
  CHECK(tail.last_lines().empty());
  tail.append("one\ntw");
  tail.append("o\n\n");
  CHECK(tail.last_lines() == "one\ntwo");
}

TEST_CASE("the tail has 40 lines at most") {
  TextTail tail;
  for (int i = 1; i <= 100; ++i) tail.append("line " + std::to_string(i) + "\n");
  const std::string lines = tail.last_lines();
  CHECK(lines.starts_with("line 61\n"));
  CHECK(lines.ends_with("line 100"));
}

TEST_CASE("the tail has 2000 bytes at most, and whole characters") {
  TextTail tail;
  for (int i = 0; i < 100'000; ++i) tail.append("\xc3\xa9");
  tail.append("x");
  const std::string lines = tail.last_lines();
  CHECK(lines.size() == 1999);
  CHECK(lines.starts_with("\xc3\xa9"));
}

TEST_CASE("secrets are masked before the text is cut") {
  TextTail tail;
  tail.append("apiKey=\"" + std::string(5000, 's') + "\"\nend\n");
  CHECK(tail.last_lines() == "apiKey=\"***\"\nend");
}

TEST_CASE("colours are taken out, and do not hide secrets") {
  TextTail tail;
  tail.append("\x1b[31mERROR\x1b[0m: \x1b[3mapi_key\x1b[0m\x1b[2m=\x1b[0mhush done\x1b[");
  CHECK(tail.last_lines() == "ERROR: api_key=*** done");
}

}  // namespace codex::detail
