#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case tagged_union: an arm each, shared members on the union") {
  auto shape = decode<Shape>(R"({"kind":"circle","id":"a","radius":2.0,"index":1})");
  REQUIRE(shape.is<CircleShape>());
  CHECK(shape.as<CircleShape>()->radius == 2.0);
  CHECK(shape.id == "a");
  CHECK(shape.index_ == 1);
  CHECK(decode<Shape>(R"({"kind":"openai/form","id":"a"})").is<OpenaiSlashFormShape>());
  CHECK(decode<Shape>(R"({"kind":"openaiForm","id":"a"})").is<OpenaiFormShape>());
  round_trips<Shape>(R"({"kind":"picture","id":"a","fileId":"f","alt":"","url":"u"})");
  round_trips<Shape>(R"({"kind":"empty-box","id":"a"})");
  round_trips<Shape>(R"({"kind":"square","id":"a","side":3})");
}

}  // namespace codex::protocol
