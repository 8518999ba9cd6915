#pragma once

#include <optional>
#include <string>

#include "runtime/child_environment.hpp"

namespace codex::detail {

/// Makes the folder that CODEX_HOME names for a runtime with this environment and working
/// directory, since the runtime refuses to start without it: mode 0700, and the folders above like
/// `mkdir -p`. Without CODEX_HOME the runtime makes its own folder. Throws CodexError, which says
/// what to do, if the folder cannot be made or is no folder, and if the name is not UTF-8, which
/// the runtime ignores.
void make_codex_home(const EnvironmentChange& environment, const std::optional<std::string>& cwd);

}  // namespace codex::detail
