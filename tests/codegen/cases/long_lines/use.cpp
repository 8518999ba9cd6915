#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case long_lines: what is broken into lines means the same") {
  const Long value;
  CHECK(value.several.size() == 3);
  CHECK(value.sentence->ends_with(", with what is before it"));
}

}  // namespace codex::protocol
