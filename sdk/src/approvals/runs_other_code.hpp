#pragma once

#include "approvals/shell_words.hpp"

namespace codex::detail {

/// Whether the same words may run something else another time: a program of the agent's folder, one
/// that obeys files (interpreters, build tools, git), or one that runs what its arguments say
/// (`env`, `find`, `xargs`). True also for no words.
bool runs_other_code(const Words& command);

}  // namespace codex::detail
