#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codegen {

/// A character of UTF-8 text. A printable one neither controls a terminal nor changes how other
/// text looks: no control character, no tag, and none that reverses the direction of text, has no
/// width or ends a line.
struct Character {
  char32_t code;
  std::size_t bytes;
  bool printable;
};

/// The first character of a non-empty text.
[[nodiscard]] Character first_character(std::string_view text);

/// Text with each unprintable character escaped as `\u202e` or `\n`: one line that is safe for a
/// terminal.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace codegen
