#pragma once

#include <functional>

namespace codex::detail {

/// Leaves the host program's signals to its own threads.
void block_signals_on_this_thread() noexcept;

/// Returns a function that gives another thread the signal mask of this one: for threads that run
/// code of the host program, whose child processes inherit the mask.
std::function<void()> signals_of_this_thread();

}  // namespace codex::detail
