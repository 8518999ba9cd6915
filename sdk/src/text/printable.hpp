#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// Text that another program wrote, safe for a terminal and on one line: hidden characters and
/// bytes that are not UTF-8 are spelled out (`\n`, `\x1b`, `\u202e`).
std::string printable(std::string_view text);

/// The same, cut after `max_characters` characters, with a word on how much is missing.
std::string printable(std::string_view text, std::size_t max_characters);

}  // namespace codex::detail
