#pragma once

namespace codex::wire {

/// Whether somebody watches stdout.
[[nodiscard]] bool stdout_is_terminal();

}  // namespace codex::wire
