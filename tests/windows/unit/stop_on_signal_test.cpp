// What StopOnSignal refuses on Windows. signals.cpp has the events.

#include <csignal>

#include <doctest/doctest.h>

#include <codex/errors.hpp>
#include <codex/stop_on_signal.hpp>

#include "support/messages.hpp"

namespace codex {

TEST_CASE("signals that Windows has no event for are refused, and so is none") {
  for (const int signal : {SIGSEGV, SIGABRT, SIGFPE, SIGILL, 0, -1, 1000}) {
    CHECK(testing::contains(testing::message_of<CodexError>([&] { StopOnSignal{signal}; }),
                            "SIGBREAK"));
  }
  CHECK_THROWS_AS(StopOnSignal{}, CodexError);
  const StopOnSignal all{SIGINT, SIGBREAK, SIGTERM};
  CHECK_FALSE(all.token().stop_requested());
  CHECK(all.signal() == 0);
}

}  // namespace codex
