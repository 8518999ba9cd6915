#include "approvals/terminal.hpp"

namespace codex::detail {

// A console cannot be read so that a stop token ends it.
std::unique_ptr<Terminal> open_process_terminal() { return nullptr; }

}  // namespace codex::detail
