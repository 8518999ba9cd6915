#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case shape_union: told apart by what they look like") {
  CHECK(decode<Id>("7").is<std::int64_t>());
  CHECK(decode<Id>(R"("7")").is<std::string>());
  CHECK(decode<Answer>(R"({"error":"e"})").is<ErrorAnswer>());
  CHECK(decode<Answer>("1").is<std::int64_t>());
  CHECK(decode<Answer>("1.5").is<double>());
  for (const char* text : {R"("a")", R"(["a"])", R"({"ok":true})", R"({"error":"e"})", "true"}) {
    round_trips<Answer>(text);
  }
}

}  // namespace codex::protocol
