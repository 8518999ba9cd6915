#pragma once

#include <memory>

#include "approvals/terminal.hpp"

namespace codex::detail {

/// As `open_process_terminal`, for the terminal of this descriptor, which is opened again.
std::unique_ptr<Terminal> open_terminal(int descriptor);

}  // namespace codex::detail
