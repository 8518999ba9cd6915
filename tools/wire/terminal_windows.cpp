#include <cstdio>
#include <io.h>

#include "terminal.hpp"

namespace codex::wire {

bool stdout_is_terminal() { return ::_isatty(::_fileno(stdout)) != 0; }

}  // namespace codex::wire
