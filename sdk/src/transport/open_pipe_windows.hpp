#pragma once

#include "os/handle_windows.hpp"

namespace codex::detail {

/// A pipe for one stream of a child.
struct Pipe {
  Handle ours;  // for overlapped I/O, which only pipes with names have
  Handle theirs;
};

/// `our_direction`: PIPE_ACCESS_OUTBOUND or PIPE_ACCESS_INBOUND. Nobody else can come between: the
/// name is new, the pipe takes one client, and only this user, the system and its administrators
/// may be that. Throws CodexError.
[[nodiscard]] Pipe open_pipe(DWORD our_direction);

}  // namespace codex::detail
