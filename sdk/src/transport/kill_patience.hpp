#pragma once

#include <chrono>

namespace codex::detail {

/// How long a killed process has to end. A busy machine may take seconds over it, and a process
/// that is left earlier stays behind as a zombie.
inline constexpr std::chrono::milliseconds kill_patience{10'000};

}  // namespace codex::detail
