#pragma once

#include <cstdint>

namespace codex::benchmarks {

/// How often this program has called operator new so far.
std::uint64_t allocations() noexcept;

}  // namespace codex::benchmarks
