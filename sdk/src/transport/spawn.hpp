#pragma once

#include <sys/types.h>

#include "os/descriptor.hpp"
#include "os/unshared_descriptor.hpp"
#include "transport/lifeline.hpp"
#include "transport/process.hpp"

namespace codex::detail {

/// A running process, and our ends of its standard streams. The owner must reap it.
struct Spawned {
  pid_t pid = -1;
  Lifeline lifeline;
  // Pipes, also stdin: scripts open /dev/stdin. None of a process that is detached.
  UnsharedDescriptor to_stdin;
  Descriptor from_stdout;
  Descriptor from_stderr;
};

/// Starts the process; returns once its program runs. Throws as `start_process` does. One that is
/// detached is no child of this process.
[[nodiscard]] Spawned spawn(const ProcessOptions& options);

}  // namespace codex::detail
