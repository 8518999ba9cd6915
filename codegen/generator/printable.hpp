#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace codegen {

/// A character of UTF-8 text. Printable is what a terminal does not obey and what does not make
/// text look other than it is: no control character, none that turns the direction of text, has no
/// width or ends a line, no tag.
struct Character {
  char32_t code;
  std::size_t bytes;
  bool printable;
};

/// The first of text that is not empty.
[[nodiscard]] Character first_character(std::string_view text);

/// Text with each unprintable character as `\u202e` or `\n`: one line that a terminal shows as it
/// is.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace codegen
