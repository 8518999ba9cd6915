#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// A character of UTF-8 text, or an invalid byte.
struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // in bytes
  bool valid = false;
};

/// The first character of a non-empty text.
Character first_character(std::string_view text);

/// Whether it controls a terminal, reorders text, or is invisible: control and format characters,
/// private and non-characters, default ignorable ones, and blanks other than the space.
bool is_hidden(const Character& character);

/// Whether it is written from right to left without a format character: Hebrew, Arabic and others.
bool is_right_to_left(const Character& character);

/// Appends it in ASCII: `\n`, `\x1b`, `\u202e`, `\U000e0041`.
void append_spelled_out(std::string& out, const Character& character);

}  // namespace codex::detail
