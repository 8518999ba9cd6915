#include "printable.hpp"

#include <algorithm>
#include <array>

namespace codegen {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

/// Controls, and Unicode's format characters and separators of lines.
constexpr std::array<Range, 12> unprintable = {{{0x00, 0x1f},
                                                {0x7f, 0x9f},
                                                {0xad, 0xad},
                                                {0x61c, 0x61c},
                                                {0x180e, 0x180e},
                                                {0x200b, 0x200f},
                                                {0x2028, 0x202e},
                                                {0x2060, 0x206f},
                                                {0xfeff, 0xfeff},
                                                {0xfff0, 0xfffb},
                                                {0x1d173, 0x1d17a},
                                                {0xe0000, 0xe0fff}}};

bool is_printable(char32_t code) {
  return std::none_of(unprintable.begin(), unprintable.end(), [&](const Range& range) {
    return range.first <= code && code <= range.last;
  });
}

std::string escape(char32_t code) {
  if (code == '\n') return "\\n";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = code > 0xffff ? "\\U" : "\\u";
  for (int shift = code > 0xffff ? 28 : 12; shift >= 0; shift -= 4) {
    out += digits[code >> shift & 0xf];
  }
  return out;
}

}  // namespace

Character first_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const std::size_t size = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : byte(0) >= 0xc0 ? 2 : 1;
  if (size == 1 || text.size() < size) return {byte(0), 1, is_printable(byte(0))};
  char32_t code = byte(0) & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) code = code << 6 | (byte(i) & 0x3fU);
  return {code, size, is_printable(code)};
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Character first = first_character(text);
    out += first.printable ? std::string(text.substr(0, first.bytes)) : escape(first.code);
    text.remove_prefix(first.bytes);
  }
  return out;
}

}  // namespace codegen
