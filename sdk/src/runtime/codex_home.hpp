#pragma once

#include <optional>
#include <string>

#include "runtime/child_environment.hpp"

namespace codex::detail {

/// Makes the folder that CODEX_HOME names for a runtime with this environment and working
/// directory, since the runtime refuses to start without it: mode 0700, and the folders above as
/// `mkdir -p` does. Without CODEX_HOME the runtime makes a folder of its own. Throws CodexError,
/// which says what to do, when the folder cannot be made or is no folder, and when the name is not
/// UTF-8, which the runtime takes for none.
void make_codex_home(const EnvironmentChange& environment, const std::optional<std::string>& cwd);

}  // namespace codex::detail
