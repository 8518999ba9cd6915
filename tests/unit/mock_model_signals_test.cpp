#include <csignal>

#include <doctest/doctest.h>

#include <codex/testing.hpp>

namespace codex::testing {

TEST_CASE("the process's SIGPIPE disposition is left alone") {
  struct sigaction before = {};
  struct sigaction after = {};
  REQUIRE(::sigaction(SIGPIPE, nullptr, &before) == 0);
  const MockModel mock;
  REQUIRE(::sigaction(SIGPIPE, nullptr, &after) == 0);
  CHECK((before.sa_handler == SIG_DFL));  // Else the next line would prove nothing.
  CHECK((after.sa_handler == SIG_DFL));
}

}  // namespace codex::testing
