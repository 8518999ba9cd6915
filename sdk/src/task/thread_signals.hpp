#pragma once

#include <functional>

namespace codex::detail {

/// Leaves the signals of the host program to the threads of the host program.
void block_signals_on_this_thread() noexcept;

/// What makes another thread take the signals that this one takes: for threads that run code of the
/// host program, whose child processes inherit it.
std::function<void()> signals_of_this_thread();

}  // namespace codex::detail
