#include "wire/printable.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace codex::detail {
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

struct Range {
  char32_t first;
  char32_t last;
};

/// What controls a terminal, reorders text, or is not seen: C0, C1, DEL, line separators, format
/// characters, fillers, variation selectors, and blanks other than the one on the keyboard.
constexpr auto hidden = std::to_array<Range>({
    {0x00, 0x1f},       {0x7f, 0xa0},     {0xad, 0xad},     {0x34f, 0x34f},   {0x61c, 0x61c},
    {0x115f, 0x1160},   {0x1680, 0x1680}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f}, {0x2800, 0x2800}, {0x3000, 0x3000}, {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff}, {0xffa0, 0xffa0}, {0xfff0, 0xfffb}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff},
});

bool is_hidden(char32_t code) {
  return std::ranges::any_of(hidden, [&](Range r) { return code >= r.first && code <= r.last; });
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
    if (character.valid && !is_hidden(character.code)) {
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

}  // namespace codex::detail
