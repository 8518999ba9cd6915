#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case struct_members: each way to be missing has its type") {
  static_assert(std::is_same_v<decltype(Machine::name), std::string>);
  static_assert(std::is_same_v<decltype(Machine::speed), std::optional<double>>);
  static_assert(std::is_same_v<decltype(Machine::label), std::optional<std::string>>);
  static_assert(std::is_same_v<decltype(Machine::note), Optional<std::string>>);
  static_assert(std::is_same_v<decltype(Machine::enabled), Defaulted<bool>>);
  static_assert(std::is_same_v<decltype(Machine::uint8), std::optional<std::uint16_t>>);
  static_assert(
      std::is_same_v<decltype(Machine::holes), std::optional<std::vector<std::optional<bool>>>>);
  const Machine machine{.name = "m", .speed = {}, .anything = 1, .int64 = 5, .parts = {"a"}};
  CHECK(machine.enabled);
  CHECK(encode(machine) == R"({"name":"m","speed":null,"anything":1,"int64":5,"parts":["a"]})");
}

TEST_CASE("case struct_members: every member comes back") {
  round_trips<Machine>(
      R"({"name":"n","speed":1.5,"anything":[{}],"int64":-9223372036854775808,"parts":[],"label":"l",
          "note":null,"enabled":true,"maybe_anything":null,"int8":-8,"int16":-16,"int32":-32,
          "uint8":8,"uint16":16,"uint32":32,"uint64":18446744073709551615,"uint":1,"plain":2,
          "grid":[[1],[]],"counts":{"a":1},"free":{"x":{}},"holes":[true,null],"new":1})");
}

}  // namespace codex::protocol
