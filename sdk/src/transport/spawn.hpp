#pragma once

#include <sys/types.h>

#include "os/descriptor.hpp"
#include "os/unshared_descriptor.hpp"
#include "transport/process.hpp"

namespace codex::detail {

/// A running process, and our ends of its standard streams. The owner must reap it.
struct Spawned {
  pid_t pid = -1;
  UnsharedDescriptor to_stdin;  // a pipe, like the others: scripts open /dev/stdin
  Descriptor from_stdout;
  Descriptor from_stderr;
};

/// Starts the process; returns once its program runs. Throws as `start_process` does.
[[nodiscard]] Spawned spawn(const ProcessOptions& options);

}  // namespace codex::detail
