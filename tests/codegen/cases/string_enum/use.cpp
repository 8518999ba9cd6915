#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case string_enum: values compare, switch, and keep what is new") {
  CHECK(decode<Color>(R"("light-green")") == Color::light_green);
  CHECK(Color(Color::blue_ish).name() == "BLUE_ISH");
  CHECK(encode(decode<Color>(R"("mauve")")) == R"("mauve")");
  switch (decode<Stage>(R"("gamma")")) {
    case Stage::alpha:
    case Stage::beta:
      FAIL("another value");
      break;
    case Stage::gamma:
      break;
  }
  CHECK(encode(Word(Word::word)) == R"("word")");
}

}  // namespace codex::protocol
