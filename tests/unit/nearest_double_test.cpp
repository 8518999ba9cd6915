// Both ways to read a double give the same, whichever this build uses.

#include "nearest_double.hpp"

#include <cmath>
#include <optional>
#include <string_view>

#include <doctest/doctest.h>

#define nearest_double nearest_double_by_strtod
#include "nearest_double_strtod.cpp"  // NOLINT(bugprone-suspicious-include)
#undef nearest_double

namespace codex::protocol::detail {

TEST_CASE("doubles are the same with std::from_chars and without, up to the sign of zero") {
  for (const std::string_view text :
       {"0.1", "-1.5", "0e99", "1.7976931348623157e308", "1.7976931348623159e308", "-1e400",
        "1e99999999999", "4.9e-324", "2.4703282292062328e-324", "1e-320", "1e-400", "-1e-400",
        "1e-99999999999", "0.0000000000001e-400", "123456789012345678901234567890"}) {
    CAPTURE(text);
    const char* const end = text.data() + text.size();
    const auto value = nearest_double(text.data(), end);
    const auto other = nearest_double_by_strtod(text.data(), end);
    REQUIRE(value.has_value() == other.has_value());
    if (!value) continue;
    CHECK(*value == *other);
    CHECK(std::signbit(*value) == std::signbit(*other));
  }
}

}  // namespace codex::protocol::detail
