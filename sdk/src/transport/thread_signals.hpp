#pragma once

namespace codex::detail {

/// Leaves the signals of the host program to the threads of the host program.
void block_signals_on_this_thread() noexcept;

}  // namespace codex::detail
