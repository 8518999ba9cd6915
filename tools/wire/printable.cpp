#include "printable.hpp"

#include <array>
#include <limits>

namespace codex::wire {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 1;
  bool valid = false;
};

/// The UTF-8 character at the front.
Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {lead};
  char32_t code = lead & (0xff >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {lead};
    code = code << 6 | (byte(i) & 0x3f);
  }
  constexpr std::array<char32_t, 5> smallest = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (code < smallest[size] || code > 0x10ffff || surrogate) return {lead};
  return {code, size, true};
}

bool in(char32_t code, char32_t first, char32_t last) { return code >= first && code <= last; }

/// C0 and C1, DEL, line separators, and what reorders or hides text.
bool controls(char32_t code) {
  return code < 0x20 || in(code, 0x7f, 0x9f) || code == 0x061c || in(code, 0x200b, 0x200f) ||
         in(code, 0x2028, 0x202e) || in(code, 0x2060, 0x2069) || code == 0xfeff ||
         in(code, 0xe0000, 0xe007f);
}

void append_hex(std::string& out, char32_t code, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[code >> shift & 0xf];
  }
}

void append_escaped(std::string& out, char32_t code) {
  switch (code) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  if (code <= 0xff) {
    out += "\\x";
    append_hex(out, code, 2);
  } else {
    out += code > 0xffff ? "\\U" : "\\u";
    append_hex(out, code, code > 0xffff ? 8 : 4);
  }
}

}  // namespace

std::string printable(std::string_view text, std::size_t max_characters) {
  std::string out;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == max_characters) {
      return out + "... (" + std::to_string(text.size()) + " bytes more)";
    }
    const Character character = first_character(text);
    if (character.valid && !controls(character.code)) {
      out += text.substr(0, character.size);
    } else {
      append_escaped(out, character.code);
    }
    text.remove_prefix(character.size);
  }
  return out;
}

std::string printable(std::string_view text) {
  return printable(text, std::numeric_limits<std::size_t>::max());
}

}  // namespace codex::wire
