#include <string>

#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {
namespace {

TEST_CASE("a null character in a text of the schema does not end it") {
  const auto value = decode<NulMembers>(R"({"c":"a\u0000c","n\u0000ul":"kept"})");
  CHECK(value.a.value() == std::string("x\0y", 3));
  CHECK(value.b.value().at(std::string("k\0l", 3)) == std::string("m\0n", 3));
  CHECK(value.c == NulValues::a_c);
  CHECK(value.c.name() == std::string_view("a\0c", 3));
  CHECK(value.extra.size() == 1);
  CHECK(decode<NulValues>(R"("a\u0000b")") == NulValues::a_b);
  CHECK(decode<NulTags>(R"({"type":"t\u0000w","v":"x"})").is<TWNulTags>());
  CHECK(decode<NulTags>(R"({"type":"t\u0000u","v":1})").is<TUNulTags>());
  CHECK(decode<NulTags>(R"({"type":"t","v":1})").is<Unknown>());
  CHECK(notifications::NulA::method.size() == 6);
  round_trips<NulMembers>(R"({"a":"z","c":"a\u0000c","n\u0000ul":"kept"})");
  round_trips<NulTags>(R"({"type":"t\u0000w","v":"x"})");
}

}  // namespace
}  // namespace codex::protocol
