#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case hostile: text of any kind stays text") {
  const HostileWords words{.a_int_evil = "a"};
  CHECK(encode(words) == R"({"a; int evil;":"a"})");
  CHECK(words.b_int_evil.value() == "\"; int evil; \"\n\\");
  CHECK(words.d.value() == "?\?/?\?(");
  CHECK(words.e.value() == std::string("\0\a\x7f\xc2\x9b", 5));
  CHECK(words.h_map.value().at("\"}, {\"evil\", \"\n") == "\\\"");
  CHECK(HostileChoice(HostileChoice::int_evil).name() == "\nint evil;");
  CHECK(notifications::HostileIncludeEvilX::method == "hostile\n#include \"evil\"/x");
}

TEST_CASE("case hostile: macros of the standard library are no names") {
  CHECK(encode(EOF_{.null = NULL_::eof}) == R"({"null":"EOF"})");
}

}  // namespace codex::protocol
