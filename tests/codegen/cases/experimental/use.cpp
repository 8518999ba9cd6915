#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case experimental: what the stable schema lacks is marked") {
  static_assert(requests::GadgetNew::experimental);
  static_assert(!requests::Ping::experimental);
  CHECK(encode(Gadget{.new_ = "n"}) == R"({"new":"n"})");
}

}  // namespace codex::protocol
