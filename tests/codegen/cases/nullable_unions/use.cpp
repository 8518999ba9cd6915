#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case nullable_unions: an alternative null is how a value may be missing") {
  static_assert(std::is_same_v<decltype(Holder::last), std::optional<Thing>>);
  static_assert(std::is_same_v<decltype(Holder::first), Optional<Thing>>);
  static_assert(std::is_same_v<decltype(Holder::three), std::optional<HolderThree>>);
  static_assert(std::is_same_v<decltype(Holder::all), Defaulted<Thing>>);
  static_assert(std::is_same_v<ThreeOrNothing, std::optional<ThreeOrNothingValue>>);
  round_trips<Holder>(R"({"last":null,"three":"s","first":null,"list":[{},null]})");
  round_trips<Holder>(R"({"last":{"a":1},"three":{"a":2},"first":{},"all":{"a":3}})");
  round_trips<Holder>(R"({"last":null,"three":null})");
}

}  // namespace codex::protocol
