#include "start.hpp"

namespace codex::tools {

// All of it is so already.
void start_program() {}

}  // namespace codex::tools
