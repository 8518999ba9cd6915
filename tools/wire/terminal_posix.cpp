#include "terminal.hpp"

#include <unistd.h>

namespace codex::wire {

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace codex::wire
