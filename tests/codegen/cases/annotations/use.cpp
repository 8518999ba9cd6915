#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case annotations: what only narrows values is left to the server") {
  round_trips<Annotated>(R"({"a":"","b":100,"c":[],"d":"x"})");
}

}  // namespace codex::protocol
