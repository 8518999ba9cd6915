#pragma once

#include <optional>

namespace codex::protocol::detail {

/// The double nearest to a number of JSON's grammar, zero if it is too small for any; nothing if it
/// is too large. nearest_double_charconv.cpp, or nearest_double_strtod.cpp where the standard
/// library has no std::from_chars for it: clang's before LLVM 20.
[[nodiscard]] std::optional<double> nearest_double(const char* begin, const char* end);

}  // namespace codex::protocol::detail
