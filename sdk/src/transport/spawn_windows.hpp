#pragma once

#include "os/handle_windows.hpp"
#include "transport/child_windows.hpp"
#include "transport/process.hpp"

namespace codex::detail {

/// A running process, and our ends of its standard streams, for overlapped I/O: none of a process
/// that is detached.
struct Spawned {
  Child child;
  Handle to_stdin;
  Handle from_stdout;
  Handle from_stderr;
};

/// Starts the process, within a job. Throws as `start_process` does.
[[nodiscard]] Spawned spawn(const ProcessOptions& options);

}  // namespace codex::detail
