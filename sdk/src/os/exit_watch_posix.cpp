#include "os/platform.hpp"

namespace codex::detail {

int open_exit_watch(pid_t) noexcept { return -1; }

}  // namespace codex::detail
