#pragma once

#include <string>
#include <string_view>

namespace codex::detail {

// The SDK's texts are UTF-8, those of Windows UTF-16. What is invalid becomes U+FFFD.

[[nodiscard]] std::wstring wide(std::string_view utf8);
[[nodiscard]] std::string narrow(std::wstring_view utf16);

}  // namespace codex::detail
