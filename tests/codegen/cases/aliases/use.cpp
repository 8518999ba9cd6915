#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case aliases: a definition of a plain type is a second name for it") {
  static_assert(std::is_same_v<Paths, std::vector<std::string>>);
  static_assert(std::is_same_v<Settings, std::map<std::string, std::string>>);
  static_assert(std::is_same_v<Whatever, Json>);
  static_assert(std::is_same_v<Level, std::uint16_t>);
  static_assert(std::is_same_v<MaybePath, NothingFirst>);
  static_assert(std::is_same_v<MaybePath, std::optional<std::string>>);
  static_assert(std::is_same_v<NullablePaths, std::optional<std::vector<std::string>>>);
  CHECK(find_type("Paths") != nullptr);
}

}  // namespace codex::protocol
