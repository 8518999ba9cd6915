#include "task/thread_signals.hpp"

namespace codex::detail {

// Windows starts a thread of its own for each event that POSIX has a signal for.
void block_signals_on_this_thread() noexcept {}

std::function<void()> signals_of_this_thread() {
  return [] {};
}

}  // namespace codex::detail
