#pragma once

#include "unescape.hpp"

namespace codex::protocol::detail {

/// Whether this processor can `unescape_vbmi2`.
[[nodiscard]] bool has_vbmi2() noexcept;

/// As `unescape`, 64 bytes at once without a branch, by AVX-512.
Unescaped unescape_vbmi2(const char* p, const char* end, char* to) noexcept;

}  // namespace codex::protocol::detail
