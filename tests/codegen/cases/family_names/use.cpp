#include <doctest/doctest.h>

#include <codex/protocol.hpp>

#include "round_trip.hpp"

namespace codex::protocol {

TEST_CASE("case family_names: a method may be called like a header of the SDK") {
  CHECK(requests::RegistryList::method == "registry/list");
  CHECK(encode(requests::MessagesSend::Params{.a = "x"}) == R"({"a":"x"})");
  CHECK(find_method(detail::MethodKind::request, "common/get") != nullptr);
}

}  // namespace codex::protocol
