#pragma once

#include <windows.h>

#include <string>

namespace codex::detail {

/// Why users other than this one, the system and its administrators have one of these rights to an
/// open file or folder (READ_CONTROL), or own it: "belongs to another user (S-1-5-...)"; empty if
/// they do not. What cannot be examined is theirs.
[[nodiscard]] std::string why_open_to_others(HANDLE file, ACCESS_MASK rights);

}  // namespace codex::detail
