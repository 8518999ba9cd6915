#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <codex/errors.hpp>

#include "runtime/endpoint.hpp"

namespace codex::detail {

/// The programs that lead to a runtime by ssh, with arguments of their own.
struct SshPrograms {
  std::vector<std::string> here = {"ssh"};
  std::vector<std::string> there = {"codex"};
  /// For ssh: merged over the environment of this process.
  std::map<std::string, std::string> env = {};
  std::vector<std::string> unset_env = {};
};

/// The command that connects its stdin and stdout to the runtime's socket on that host. No shell
/// reads it here; what ssh passes on is quoted for the one there.
[[nodiscard]] std::vector<std::string> ssh_command(const Endpoint& endpoint,
                                                   const SshPrograms& programs);

/// As one word for a POSIX shell.
[[nodiscard]] std::string quoted_for_shell(std::string_view word);

/// What went wrong, when ssh ended before the runtime answered.
struct SshProblem {
  std::string text;      // a sentence and an advice, without the last full stop
  bool may_pass = true;  // trying again may help
};

[[nodiscard]] SshProblem ssh_problem(const Endpoint& endpoint, const SshPrograms& programs,
                                     const ExitStatus& status, std::string_view said);

}  // namespace codex::detail
