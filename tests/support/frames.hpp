#pragma once

#include <cstddef>

namespace codex::testing {

/// How many frames of coroutines of the SDK there are.
[[nodiscard]] std::ptrdiff_t frames_alive() noexcept;

}  // namespace codex::testing
