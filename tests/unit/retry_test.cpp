#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/retry.hpp>

namespace codex {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

[[noreturn]] void throw_busy() { throw ServerBusyError(-32001, "busy"); }

}  // namespace

TEST_CASE("overload is retried until it succeeds") {
  int calls = 0;
  const int result = retry_on_overload(
      [&] {
        if (++calls < 3) throw_busy();
        return 42;
      },
      {.initial_delay = milliseconds{1}});
  CHECK(result == 42);
  CHECK(calls == 3);
}

TEST_CASE("the last attempt's error is passed on") {
  int calls = 0;
  const auto fail = [&] {
    ++calls;
    throw_busy();
  };
  CHECK_THROWS_AS(retry_on_overload(fail, {.max_attempts = 4, .initial_delay = milliseconds{0}}),
                  ServerBusyError);
  CHECK(calls == 4);
  calls = 0;
  CHECK_THROWS_AS(retry_on_overload(fail, {.max_attempts = 1}), ServerBusyError);
  CHECK(calls == 1);
}

TEST_CASE("other errors are not retried") {
  int calls = 0;
  CHECK_THROWS_AS(retry_on_overload([&] {
                    ++calls;
                    throw InvalidParamsError(-32602, "no");
                  }),
                  InvalidParamsError);
  CHECK(calls == 1);
}

TEST_CASE("fewer attempts than one make no sense") {
  CHECK_THROWS_AS(retry_on_overload([] {}, {.max_attempts = 0}), std::invalid_argument);
}

TEST_CASE("the pauses double up to the longest") {
  const auto started = Clock::now();
  CHECK_THROWS_AS(retry_on_overload(throw_busy, {.max_attempts = 4,
                                                 .initial_delay = milliseconds{20},
                                                 .max_delay = milliseconds{30},
                                                 .jitter_ratio = 0}),
                  ServerBusyError);
  CHECK(Clock::now() - started >= milliseconds{80});  // 20 + 30 + 30
}

TEST_CASE("a stop request ends the pause at once") {
  std::stop_source stop;
  int calls = 0;
  CHECK_THROWS_AS(retry_on_overload(
                      [&] {
                        ++calls;
                        stop.request_stop();
                        throw_busy();
                      },
                      {.initial_delay = std::chrono::hours{1},
                       .max_delay = std::chrono::hours{1},
                       .stop = stop.get_token()}),
                  CancelledError);
  CHECK(calls == 1);
}

}  // namespace codex
