#include "terminal.hpp"

#include <cstdio>
#include <io.h>

namespace codex::wire {

bool stdout_is_terminal() { return ::_isatty(::_fileno(stdout)) != 0; }

}  // namespace codex::wire
