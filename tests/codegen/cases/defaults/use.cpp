#include <limits>

#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case defaults: a member reads as its default until it is set") {
  const Config config{.required = 9};
  CHECK(!config.flag);
  CHECK(config.count == -3);
  CHECK(config.rounded == 5);
  CHECK(config.lowest == std::numeric_limits<std::int64_t>::min());
  CHECK(config.highest == std::numeric_limits<std::uint64_t>::max());
  CHECK(config.ratio == 0.25);
  CHECK(config.whole == 2.0);
  CHECK(*config.text == "say \"hi\"\\ ?\?/ \n\x01 \u00e9");
  CHECK(config.speed == Speed::quick_ish);
  CHECK(*config.mode == Mode::auto_);
  CHECK(*config.label == "l");
  CHECK(config.some.value() == std::vector<Speed>{Speed::slow, Speed::quick_ish});
  CHECK(config.table->at("b") == 2);
  CHECK(config.inner->a == 1);
  CHECK(config.inner->c.is_null());
  CHECK(!config.nullable_with.has_value());
  CHECK(encode(config) == R"({"required":9})");
}

}  // namespace codex::protocol
