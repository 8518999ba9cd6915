#include <csignal>
#include <sys/prctl.h>
#include <unistd.h>

#include "transport/lifeline.hpp"

namespace codex::detail {

Lifeline Lifeline::open() { return {}; }

// The kernel does it, when the thread that forked the child ends.
bool Lifeline::tie(pid_t parent) const noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  return ::getppid() == parent;
}

}  // namespace codex::detail
