#pragma once

#include <codex/config.hpp>

#include "handlers/agent_reach.hpp"

namespace codex::detail {

/// What the commands of this client's runtime find in their environment.
[[nodiscard]] CommandEnvironment command_environment(const CodexConfig& config);

}  // namespace codex::detail
