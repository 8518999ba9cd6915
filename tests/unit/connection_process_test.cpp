// The connection on real processes.

#include <csignal>
#include <future>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "connection/connection.hpp"
#include "support/await.hpp"
#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "transport/line_transport.hpp"
#include "transport/process.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
using testing::contains;
using testing::message_of;
using testing::soon;

std::shared_ptr<Connection> connect(const std::string& script,
                                    std::chrono::milliseconds shutdown_timeout = 2s) {
  return Connection::open({}, [=] {
    return over_lines(
        start_process({.argv = {"/bin/sh", "-c", script}, .shutdown_timeout = shutdown_timeout}));
  });
}

std::string call(Connection& connection, std::string method = "m") {
  return await<std::string>([&](Completion<std::string> completion) {
    connection.start(
        {.method = std::move(method), .deadline = soon(), .completion = std::move(completion)});
  });
}

/// Answers the first request with its pid, then does `rest`.
std::string answer_then(const std::string& rest) {
  return R"(read -r request; printf '{"id":1,"result":%s}\n' $$; )" + rest;
}

}  // namespace

TEST_CASE("a request to a real process") {
  const auto connection = connect(answer_then("cat"));
  CHECK(call(*connection) == std::to_string(*connection->process_id()));
}

TEST_CASE("a process that ends while a call waits: the call fails at once and says why") {
  const auto connection = connect("echo 'apiKey=\"hush\" is bad' >&2; read -r request; exit 3");
  const auto begin = Clock::now();
  try {
    (void)call(*connection);
    FAIL("it should have thrown");
  } catch (const TransportClosedError& error) {
    CHECK(Clock::now() - begin < testing::at_once);
    CHECK(error.exit_status() == ExitStatus{.code = 3});
    CHECK(error.stderr_tail() == "apiKey=\"***\" is bad");
  }
}

TEST_CASE("a process that is killed while a call and a turn wait") {
  const auto connection = connect(answer_then("sleep 1000"));
  (void)call(*connection);
  Subscription turn = connection->router().expect_turn("t").bind("u");
  auto waiting = std::async(std::launch::async, [&] { return call(*connection); });
  ::kill(static_cast<pid_t>(*connection->process_id()), SIGKILL);
  const auto begin = Clock::now();
  CHECK(contains(message_of<TransportClosedError>([&] { (void)waiting.get(); }), "signal 9"));
  CHECK_THROWS_AS((void)next_blocking(turn, soon()), TransportClosedError);
  CHECK(Clock::now() - begin < testing::at_once);
}

TEST_CASE("a process that closes stdout but lives: the call fails at once, the process is ended") {
  const auto connection = connect("read -r request; exec >&-; exec sleep 1000", 100ms);
  const testing::ProcessWatch watch(static_cast<pid_t>(*connection->process_id()));
  const auto begin = Clock::now();
  CHECK(contains(message_of<TransportClosedError>([&] { (void)call(*connection); }),
                 "closed its stdout"));
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK(watch.ends_by(soon()));
}

TEST_CASE("closing a connection to a deaf process takes a bounded time, and calls fail first") {
  const auto connection = connect(answer_then("trap '' TERM; while :; do sleep 1; done"), 200ms);
  (void)call(*connection);
  auto waiting = std::async(std::launch::async, [&] { return call(*connection); });
  const auto begin = Clock::now();
  connection->close();
  CHECK(Clock::now() - begin < testing::at_once);
  CHECK_THROWS_AS((void)waiting.get(), TransportClosedError);
}

TEST_CASE("a connection leaves neither threads nor descriptors behind") {
  const auto threads = testing::running_threads();
  const auto descriptors = testing::open_descriptors();
  for (int i = 0; i < 10; ++i) {
    const auto connection = connect(answer_then("cat"));
    (void)call(*connection);
  }
  CHECK_THROWS_AS((void)Connection::open(
                      {}, [] { return over_lines(start_process({.argv = {"/no/such/program"}})); }),
                  RuntimeNotFoundError);
  CHECK(testing::open_descriptors() == descriptors);
  // The kernel lists a thread for a moment after it was joined.
  const auto deadline = soon();
  while (testing::running_threads() > threads && Clock::now() < deadline) std::this_thread::yield();
  CHECK(testing::running_threads() <= threads);
}

TEST_CASE("a limit of threads is an error of the start, which says so") {
  CHECK(testing::in_child([] {
          constexpr uid_t stranger = 54'321;
          if (::geteuid() == 0 && ::setuid(stranger) != 0) return 1;  // root has no limit
          const rlimit none{};
          if (::setrlimit(RLIMIT_NPROC, &none) != 0) return 2;
          const std::string what = message_of<CodexError>([] { (void)connect("cat"); });
          return contains(what, "no thread") ? testing::all_well : 3;
        }) == testing::all_well);
}

TEST_CASE("the stderr of a living process can be read") {
  const auto connection = connect("echo hello >&2; " + answer_then("cat"));
  (void)call(*connection);
  // Written before the answer, but read in any order.
  const auto deadline = soon();
  while (connection->stderr_tail().empty() && Clock::now() < deadline) std::this_thread::yield();
  CHECK(connection->stderr_tail() == "hello");
}

}  // namespace codex::detail
