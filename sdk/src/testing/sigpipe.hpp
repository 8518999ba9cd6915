#pragma once

#include <functional>

namespace codex::testing::detail {

/// Runs `work`, then puts the process's SIGPIPE disposition back to what it was before. One at a
/// time in the process. On systems without that signal it just runs `work`.
void run_keeping_sigpipe(const std::function<void()>& work);

/// Makes a write to a connection that is gone an ordinary error in this thread, and in those that
/// it starts, and leaves the rest of the process alone.
void block_sigpipe_in_this_thread();

}  // namespace codex::testing::detail
