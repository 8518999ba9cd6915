#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// Makes another program's text safe for a terminal and one line: hidden characters and bytes that
/// are not UTF-8 are escaped (`\n`, `\x1b`, `\u202e`).
std::string printable(std::string_view text);

/// The same, cut after `max_characters` characters, with a note on how much is missing.
std::string printable(std::string_view text, std::size_t max_characters);

}  // namespace codex::detail
