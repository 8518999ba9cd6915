#include "text/unicode.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace codex::detail {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Cc, Cf, Zl, Zp, Zs except the space, Cs, Co and Default_Ignorable_Code_Point of Unicode, and
// U+2800, U+1D159, which are empty. tests/support/printable_test.py compares them with Python's.
// Sorted.
constexpr auto hidden = std::to_array<Range>({
    {0x00, 0x1f},       {0x7f, 0xa0},        {0xad, 0xad},       {0x34f, 0x34f},
    {0x600, 0x605},     {0x61c, 0x61c},      {0x6dd, 0x6dd},     {0x70f, 0x70f},
    {0x890, 0x891},     {0x8e2, 0x8e2},      {0x115f, 0x1160},   {0x1680, 0x1680},
    {0x17b4, 0x17b5},   {0x180b, 0x180f},    {0x2000, 0x200f},   {0x2028, 0x202f},
    {0x205f, 0x206f},   {0x2800, 0x2800},    {0x3000, 0x3000},   {0x3164, 0x3164},
    {0xd800, 0xf8ff},   {0xfdd0, 0xfdef},    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},
    {0xffa0, 0xffa0},   {0xfff0, 0xfffb},    {0x110bd, 0x110bd}, {0x110cd, 0x110cd},
    {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},  {0x1d159, 0x1d159}, {0x1d173, 0x1d17a},
    {0xe0000, 0xe0fff}, {0xf0000, 0x10ffff},
});

// The ranges that Unicode reserves for right-to-left scripts, including future ones. Sorted.
constexpr auto right_to_left = std::to_array<Range>({
    {0x590, 0x8ff},
    {0xfb1d, 0xfdff},
    {0xfe70, 0xfeff},
    {0x10800, 0x10fff},
    {0x1e800, 0x1efff},
});

bool is_in(std::span<const Range> sorted, char32_t code) {
  const auto range = std::ranges::lower_bound(sorted, code, {}, &Range::last);
  return range != sorted.end() && range->first <= code;
}

/// The last two of each plane.
bool is_no_character(char32_t code) { return (code & 0xfffe) == 0xfffe; }

void append_hex(std::string& out, char32_t code, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[code >> shift & 0xf];
  }
}

}  // namespace

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

bool is_hidden(const Character& character) {
  const char32_t code = character.code;
  if (code > 0x1f && code < 0x7f) return false;
  return !character.valid || is_in(hidden, code) || is_no_character(code);
}

bool is_right_to_left(const Character& character) {
  return character.valid && is_in(right_to_left, character.code);
}

void append_spelled_out(std::string& out, const Character& character) {
  const char32_t code = character.code;
  if (code == '\n') {
    out += "\\n";
  } else if (code == '\r') {
    out += "\\r";
  } else if (code == '\t') {
    out += "\\t";
  } else if (code <= 0xff) {
    out += "\\x";
    append_hex(out, code, 2);
  } else {
    out += code > 0xffff ? "\\U" : "\\u";
    append_hex(out, code, code > 0xffff ? 8 : 4);
  }
}

}  // namespace codex::detail
