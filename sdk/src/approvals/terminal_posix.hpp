#pragma once

#include <memory>

#include "approvals/terminal.hpp"

namespace codex::detail {

/// As `open_process_terminal`, for the terminal that this descriptor is of. It is opened anew.
std::unique_ptr<Terminal> open_terminal(int descriptor);

}  // namespace codex::detail
