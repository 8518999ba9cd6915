#include "approvals/terminal.hpp"

namespace codex::detail {

// A stop token cannot end the read of a console.
std::unique_ptr<Terminal> open_process_terminal() { return nullptr; }

}  // namespace codex::detail
