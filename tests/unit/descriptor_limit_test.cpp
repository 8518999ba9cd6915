#include <cerrno>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>

#include <doctest/doctest.h>

#include "support/in_child.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "transport/process.hpp"

namespace codex::detail {
namespace {

using testing::contains;

std::string output_of(const ProcessOptions& options) {
  const auto process = start_process(options);
  std::string output;
  while (true) {
    const Received received = process->wait(testing::soon());
    output.append(received.bytes);
    if (received.ended) return output;
  }
}

bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

}  // namespace

TEST_CASE("too few descriptors are an error that leaves neither child nor descriptor") {
  CHECK(testing::in_child([] {
          const auto before = testing::open_descriptors();
          rlimit limit{};
          ::getrlimit(RLIMIT_NOFILE, &limit);
          for (rlim_t most = 3; most < 200; ++most) {
            rlimit lower = limit;
            lower.rlim_cur = most;
            ::setrlimit(RLIMIT_NOFILE, &lower);
            bool has_started = false;
            bool says_why = false;
            try {
              has_started = output_of({.argv = {"/bin/echo", "x"}}) == "x\n";
            } catch (const CodexError& error) {
              says_why = contains(error.what(), "Too many open files") ||
                         contains(error.what(), "no descriptors left");
            }
            ::setrlimit(RLIMIT_NOFILE, &limit);
            if (!has_started && !says_why) return 1;
            if (!has_no_children()) return 2;
            if (testing::open_descriptors() != before) return 3;
            if (has_started) return testing::all_well;
          }
          return 4;
        }) == testing::all_well);
}

}  // namespace codex::detail
