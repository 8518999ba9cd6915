#include "os/platform.hpp"

namespace codex::detail {

void silence_sigpipe(int) noexcept {}

}  // namespace codex::detail
