#include "approvals/command_shell.hpp"

namespace codex::detail {

bool commands_are_posix() noexcept { return false; }

}  // namespace codex::detail
