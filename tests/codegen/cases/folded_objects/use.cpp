#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case folded_objects: what only some alternatives have is optional") {
  const auto content = decode<Content>(R"({"uri":"u","blob":"b"})");
  CHECK(content.uri == "u");
  CHECK(!content.text);
  CHECK(content.blob == "b");
  round_trips<Content>(R"({"uri":"u","text":"t","mime":null})");
}

}  // namespace codex::protocol
