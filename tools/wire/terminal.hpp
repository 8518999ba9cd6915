#pragma once

namespace codex::wire {

/// Whether stdout is a terminal.
[[nodiscard]] bool stdout_is_terminal();

}  // namespace codex::wire
