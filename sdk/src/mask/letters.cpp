#include "mask/letters.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace codex::detail {
namespace {

constexpr std::size_t max_colour_bytes = 32;
constexpr char not_ascii = static_cast<char>(0x80);

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The number of the first `digits` hexadecimal digits of `text`; -1 if they are none.
int hex_number(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return -1;
  int number = 0;
  for (const char c : text.substr(0, digits)) {
    const int digit = hex_digit(c);
    if (digit < 0) return -1;
    number = number * 16 + digit;
  }
  return number;
}

char control(char letter) {
  switch (letter) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    default:
      return '\0';
  }
}

/// Whether it ends a colour sequence. Other bytes are half of a UTF-8 letter, or begin the next
/// escape.
bool ends_sequence(char c, char first) { return c >= first && c <= '~' && c != '\\'; }

bool begins_special(char c) { return c == '\\' || c == '\x1b' || c == '^' || c == '\xc2'; }

}  // namespace

Letter Letters::at(std::size_t byte) const {
  if (byte < text_.size() && !begins_special(text_[byte])) {
    return {.value = text_[byte], .begin = byte, .end = byte + 1};
  }
  const std::size_t begin = skip_colours(byte);
  if (begin >= text_.size()) return {.begin = text_.size(), .end = text_.size()};
  if (text_[begin] == '\\') return escaped(begin);
  return {.value = text_[begin], .begin = begin, .end = begin + 1};
}

Letter Letters::after_backslashes(const Letter& escape) const {
  return at(escape.begin + escape.slashes);
}

bool Letters::is_doubtful(const Letter& letter) const {
  return letter.slashes > depth_ && letter.value >= '\b' && letter.value <= '\r' &&
         letter.end == letter.begin + letter.slashes + 1;
}

/// The length of an escape character at this byte, however it is written; 0 if there is none.
std::size_t Letters::escape_character(std::size_t byte) const {
  const std::string_view rest = text_.substr(byte);
  if (rest.starts_with('\x1b')) return 1;
  if (!rest.starts_with('\\')) return 0;
  const std::size_t slashes = std::min(rest.find_first_not_of('\\'), rest.size());
  constexpr std::array<std::string_view, 6> spellings = {"u001b", "u001B", "x1b",
                                                         "x1B",   "033",   "e["};
  for (const std::string_view spelling : spellings) {
    if (!rest.substr(slashes).starts_with(spelling)) continue;
    return slashes + spelling.size() - (spelling == "e[" ? 1 : 0);
  }
  return 0;
}

std::size_t Letters::skip_colours(std::size_t byte) const {
  while (byte < text_.size() && begins_special(text_[byte])) {
    std::size_t next = byte;
    if (const std::size_t escape = escape_character(byte); escape > 0) {
      next += escape;
      if (next < text_.size() && text_[next] == '(') {  // a set of characters
        if (next + 1 < text_.size() && !ends_sequence(text_[next + 1], '0')) return byte;
        byte = std::min(next + 2, text_.size());
        continue;
      }
      if (next < text_.size() && text_[next] != '[') return byte;
      ++next;
    } else if (text_.substr(byte).starts_with("^[[")) {
      next += 3;
    } else if (text_.substr(byte).starts_with("\xc2\x9b")) {
      next += 2;
    } else {
      return byte;
    }
    const std::size_t limit = std::min(next + max_colour_bytes, text_.size());
    while (next < limit && text_[next] >= 0x20 && text_[next] < 0x40) ++next;
    if (next < text_.size() && (next == limit || !ends_sequence(text_[next], '@'))) return byte;
    byte = std::min(next + 1, text_.size());
  }
  return std::min(byte, text_.size());
}

Letter Letters::escaped(std::size_t begin) const {
  const std::size_t at = std::min(text_.find_first_not_of('\\', begin), text_.size());
  Letter letter{.value = '\\', .begin = begin, .end = at, .slashes = at - begin};
  if (at == text_.size()) return letter;
  const char c = text_[at];
  const std::string_view digits = text_.substr(at + 1);
  if (c == '"' || c == '\'' || c == '`' || c == '/') {
    letter.value = c;
    letter.end = at + 1;
  } else if (c == '\n' || (c == 'n' && depth_ > 0 && letter.slashes == 2 * depth_ + 1)) {
    // a line that continues in the next one
    letter.value = ' ';
    letter.end = at + 1;
    letter.slashes = 0;
  } else if (control(c) != '\0') {
    letter.value = control(c);
    letter.end = at + 1;
  } else if (c == 'u' && hex_number(digits, 4) >= 0) {
    const int code = hex_number(digits, 4);
    letter.value = code < 0x80 ? static_cast<char>(code) : not_ascii;
    letter.end = at + 5;
    letter.slashes = code == '"' || code == '\'' ? letter.slashes : 0;
  } else if (c == 'x' && hex_number(digits, 2) >= 0) {
    const int code = hex_number(digits, 2);
    letter.value = code < 0x80 ? static_cast<char>(code) : not_ascii;
    letter.end = at + 3;
    letter.slashes = 0;
  }
  return letter;
}

}  // namespace codex::detail
