#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case descriptions: no description leaves its comment") {
  const Notes notes{.backslash = "b", .spaced = "s", .trigraph = "t"};
  CHECK(encode(notes) == R"({"backslash":"b","spaced":"s","trigraph":"t"})");
}

}  // namespace codex::protocol
