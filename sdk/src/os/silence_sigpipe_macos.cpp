#include <fcntl.h>

#include "os/platform.hpp"

namespace codex::detail {

void silence_sigpipe(int descriptor) noexcept { ::fcntl(descriptor, F_SETNOSIGPIPE, 1); }

}  // namespace codex::detail
