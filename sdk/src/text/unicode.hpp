#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codex::detail {

/// A character of UTF-8 text, or a byte that is none.
struct Character {
  char32_t code = 0;
  std::size_t size = 1;  // in bytes
  bool valid = false;
};

/// The character at the front of a text that is not empty.
Character first_character(std::string_view text);

/// What controls a terminal, reorders text, or does not show: control and format characters, what
/// is private or no character, what Unicode lets a program ignore, and blanks other than the one
/// on the keyboard.
bool is_hidden(const Character& character);

/// Written from right to left, also where no format character says so: Hebrew, Arabic and others.
bool is_right_to_left(const Character& character);

/// Appends it in ASCII: `\n`, `\x1b`, `\u202e`, `\U000e0041`.
void append_spelled_out(std::string& out, const Character& character);

}  // namespace codex::detail
