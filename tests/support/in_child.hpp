#pragma once

#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

#include "support/messages.hpp"
#include "support/processes.hpp"

namespace codex::testing {

inline constexpr int all_well = 0;
inline constexpr int hung = -1;

/// What the function returns in a child of fork; `hung` where it does not return.
inline int in_child(const std::function<int()>& function) {
  const pid_t child = ::fork();
  if (child == 0) {
    int code = 99;
    try {
      code = function();
    } catch (...) {
      code = 98;
    }
    ::_exit(code);
  }
  REQUIRE(child > 0);
  const ProcessWatch watch(child);
  const bool has_ended = watch.ends_by(soon());
  if (!has_ended) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!has_ended) return hung;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

}  // namespace codex::testing
