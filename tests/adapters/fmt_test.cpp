#include <fmt/format.h>

#include <doctest/doctest.h>

#include <codex/format.hpp>
#include <codex/protocol/everyday.hpp>
#include <codex/turn_failure.hpp>

using codex::protocol::TurnStatus;

TEST_CASE("fmt prints an enum by its name, known or not, with the options of a string") {
  CHECK(fmt::format("{}", TurnStatus(TurnStatus::in_progress)) == "inProgress");
  CHECK(fmt::format("[{:>8}]", TurnStatus("paused")) == "[  paused]");
  CHECK(fmt::format("{}", codex::TurnFailureKind("serverOverloaded")) == "serverOverloaded");
}

#ifdef __cpp_lib_format
TEST_CASE("std::format prints an enum by its name, known or not, with the options of a string") {
  CHECK(std::format("{}", TurnStatus(TurnStatus::in_progress)) == "inProgress");
  CHECK(std::format("[{:>8}]", TurnStatus("paused")) == "[  paused]");
}
#endif
