#pragma once

#include <string>

namespace codex::detail {

/// 20 random letters and digits, 100 bits: a name that nobody else has, in this run or another.
[[nodiscard]] std::string random_name();

}  // namespace codex::detail
