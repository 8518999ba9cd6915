#include "unescape.hpp"

#include <array>

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

/// What stands for itself and what does not, after a backslash; zero for all that may not be there.
constexpr auto short_escapes = [] {
  std::array<char, 256> out{};
  out['"'] = '"';
  out['\\'] = '\\';
  out['/'] = '/';
  out['b'] = '\b';
  out['f'] = '\f';
  out['n'] = '\n';
  out['r'] = '\r';
  out['t'] = '\t';
  return out;
}();

/// Copies up to the first backslash, or `end`; returns where that is.
const char* copy_plain(const char* p, const char* end, char*& to) noexcept {
  // A block too many in `to` is overwritten by what follows: not more is written than was read.
  while (static_cast<std::size_t>(end - p) >= Block::size) {
    const Block block(p);
    block.store(to);
    const std::size_t plain = block.find('\\');
    p += plain;
    to += plain;
    if (plain != Block::size) return p;
  }
  while (p != end && *p != '\\') *to++ = *p++;
  return p;
}

}  // namespace

Unescaped unescape(const char* p, const char* end, char* to) noexcept {
  for (;;) {
    p = copy_plain(p, end, to);
    if (p == end) return {to, nullptr};
    if (end - p < 2) return {to, p};
    if (const char c = short_escapes[static_cast<unsigned char>(p[1])]) {
      *to++ = c;
      p += 2;
      continue;
    }
    const char* next = p[1] == 'u' ? unicode_escape(p, end, to) : nullptr;
    if (!next) return {to, p};
    p = next;
  }
}

}  // namespace codex::protocol::detail
