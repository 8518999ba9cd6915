#pragma once

namespace codex::detail {

/// Whether the runtime of this system runs commands by a shell whose words and paths policies can
/// read: a POSIX one. Policies accept no command of another.
[[nodiscard]] bool commands_are_posix() noexcept;

}  // namespace codex::detail
