#include <unistd.h>

#include "terminal.hpp"

namespace codex::wire {

bool stdout_is_terminal() { return ::isatty(STDOUT_FILENO) == 1; }

}  // namespace codex::wire
