#pragma once

#include <codex/config.hpp>

#include "handlers/agent_reach.hpp"

namespace codex::detail {

/// The environment of the commands of this client's runtime.
[[nodiscard]] CommandEnvironment command_environment(const CodexConfig& config);

}  // namespace codex::detail
