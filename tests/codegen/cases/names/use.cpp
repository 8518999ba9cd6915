#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case names: every spelling has a name in C++") {
  const Names names{.class_ = "1",
                    .thread_local_ = "2",
                    .stdin_ = "3",
                    .extra_ = "4",
                    .type_info_ = "5",
                    .schema = "6",
                    ._3d = "7",
                    .na_ve = "8",
                    .mcp_app_url_path = "9",
                    .http_server = "10",
                    .value = "11"};
  CHECK(Json(names)["mcpAppURLPath"] == "9");
  CHECK(Json(names)[""] == "11");
}

TEST_CASE("case names: what the SDK declares itself stays what it is") {
  CHECK(encode(Union_{.field = Field_{.a = "x"}}) == R"({"field":{"a":"x"}})");
  CHECK(Unknown_(Unknown_::x).name() == "x");
  CHECK(Spelling(Spelling::same_) == Spelling::same_);
  CHECK(decode<Digits>(R"({"type":"3d"})").is<_3dDigits>());
  CHECK(find_type("Kind_") != nullptr);
}

}  // namespace codex::protocol
