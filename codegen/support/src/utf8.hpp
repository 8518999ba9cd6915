#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::protocol::detail {

[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The offset of the first byte that is not UTF-8; the size of the text if all are.
[[nodiscard]] std::size_t first_not_utf8(std::string_view text) noexcept;

/// The text with U+FFFD in place of each sequence that is not UTF-8.
[[nodiscard]] std::string replace_not_utf8(std::string_view text);

/// Writes the character, of up to four bytes; returns where it ends.
char* put_utf8(char* to, char32_t character) noexcept;

}  // namespace codex::protocol::detail
