#include "text/printable.hpp"

#include <limits>

#include "text/unicode.hpp"

namespace codex::detail {

std::string printable(std::string_view text, std::size_t max_characters) {
  std::string out;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == max_characters) {
      return out + "... (" + std::to_string(text.size()) + " bytes more)";
    }
    const Character character = first_character(text);
    if (is_hidden(character)) {
      append_spelled_out(out, character);
    } else {
      out += text.substr(0, character.size);
    }
    text.remove_prefix(character.size);
  }
  return out;
}

std::string printable(std::string_view text) {
  return printable(text, std::numeric_limits<std::size_t>::max());
}

}  // namespace codex::detail
