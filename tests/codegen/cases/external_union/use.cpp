#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case external_union: strings are enumerators, keys are arms") {
  const Policy never = Policy::never;
  CHECK(encode(never) == R"("never")");
  CHECK(never == Policy::never);
  const Policy granular = GranularPolicy{.rules = true};
  CHECK(encode(granular) == R"({"granular":{"rules":true}})");
  CHECK(encode(Policy(LimitPolicy{.limit = 3})) == R"({"limit":3})");
  round_trips<Policy>(R"({"other":{"a":1}})");
  round_trips<Policy>(R"("sometimes")");
}

}  // namespace codex::protocol
