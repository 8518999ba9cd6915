#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {
namespace {

TEST_CASE("a property beside alternatives and within them is one member") {
  const auto value = decode<Beside>(R"({"type":"a","everywhere":"e","alone":"x","once":1})");
  CHECK(value.everywhere() == "e");
  CHECK(value.as<ABeside>()->everywhere == "e");
  CHECK(value.alone == "x");
  CHECK(value.once == 1);
  round_trips<Beside>(R"({"type":"a","everywhere":"e","alone":"x","once":1})");
  round_trips<Beside>(R"({"type":"b","everywhere":"e","alone":"x","once":1,"other":"o"})");
}

}  // namespace
}  // namespace codex::protocol
