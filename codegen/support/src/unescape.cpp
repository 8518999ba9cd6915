#include "unescape.hpp"

#include <bit>

#include "utf8.hpp"

namespace codex::protocol::detail {

namespace {

constexpr char32_t not_hex = 0x110000;

char32_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<char32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<char32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<char32_t>(c - 'A' + 10);
  return not_hex;
}

/// The number after `\u` at `p`, or something not below `not_hex`.
char32_t code_unit(const char* p, const char* end) {
  if (end - p < 6 || p[0] != '\\' || p[1] != 'u') return not_hex;
  char32_t unit = 0;
  for (int i = 2; i < 6; ++i) {
    const char32_t digit = hex_digit(p[i]);
    if (digit == not_hex) return not_hex;
    unit = unit * 16 + digit;
  }
  return unit;
}

/// Reads `\uXXXX` or a surrogate pair of them. Returns where it ends, or nullptr.
const char* unicode_escape(const char* p, const char* end, char*& to) noexcept {
  const char32_t unit = code_unit(p, end);
  if (unit == not_hex || (unit >= 0xdc00 && unit < 0xe000)) return nullptr;
  if (unit < 0xd800 || unit >= 0xe000) {
    to = put_utf8(to, unit);
    return p + 6;
  }
  const char32_t low = code_unit(p + 6, end);
  if (low < 0xdc00 || low >= 0xe000) return nullptr;
  to = put_utf8(to, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return p + 12;
}

/// A whole stretch: finds its backslashes before following the first of them, so that the processor
/// need not wait for one escape before it starts the next. Copies a whole stretch from any position
/// within it: the excess is overwritten by what follows.
bool unescape_stretch(const char*& p, const char* end, char*& to) noexcept {
  const char* const begin = p;
  std::uint64_t mask =
      where_in_stretch(begin, [](const Block& block) { return block.where('\\'); });
  while (mask != 0) {
    const char* backslash = begin + std::countr_zero(mask);
    copy_stretch(p, to);
    to += backslash - p;
    p = backslash;
    if (!read_escape(p, end, to)) return false;
    if (p >= begin + stretch) return true;
    mask = mask >> (p - begin) << (p - begin);
  }
  copy_stretch(p, to);
  to += begin + stretch - p;
  p = begin + stretch;
  return true;
}

}  // namespace

bool read_escape(const char*& p, const char* end, char*& to) noexcept {
  if (end - p < 2) return false;
  const auto second = static_cast<unsigned char>(p[1]);
  if (second < short_escapes.size() && short_escapes[second] != 0) {
    *to++ = short_escapes[second];
    p += 2;
    return true;
  }
  const char* next = second == 'u' ? unicode_escape(p, end, to) : nullptr;
  if (next) p = next;
  return next;
}

Unescaped unescape(const char* p, const char* end, char* to) noexcept {
  while (end - p >= std::ptrdiff_t{2 * stretch}) {
    prefetch(p, far_ahead);
    if (!unescape_stretch(p, end, to)) return {to, p};
  }
  while (p != end) {
    if (*p != '\\') {
      *to++ = *p++;
    } else if (!read_escape(p, end, to)) {
      return {to, p};
    }
  }
  return {to, nullptr};
}

}  // namespace codex::protocol::detail
