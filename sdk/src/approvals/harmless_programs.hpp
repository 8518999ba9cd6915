#pragma once

#include "approvals/shell_words.hpp"

namespace codex::detail {

/// Whether this command is known to run only its own program, whatever is in its folder.
[[nodiscard]] bool runs_only_itself(const Words& command);

/// Whether it is also known to write no file, whatever its arguments are.
[[nodiscard]] bool only_reads(const Words& command);

}  // namespace codex::detail
