#pragma once

#include <functional>

namespace codex::testing::detail {

/// Runs `work`, then restores the process's SIGPIPE disposition. One at a time in the process. On
/// systems without that signal it just runs `work`.
void run_keeping_sigpipe(const std::function<void()>& work);

/// Makes a write to a closed connection an ordinary error in this thread, and in those that it
/// starts, without affecting the rest of the process.
void block_sigpipe_in_this_thread();

}  // namespace codex::testing::detail
