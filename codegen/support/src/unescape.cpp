#include "unescape.hpp"

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
const char* unicode_escape(const char* p, const char* end, std::string& out) {
  const char32_t unit = code_unit(p, end);
  if (unit == not_hex || (unit >= 0xdc00 && unit < 0xe000)) return nullptr;
  if (unit < 0xd800 || unit >= 0xe000) {
    append_utf8(out, unit);
    return p + 6;
  }
  const char32_t low = code_unit(p + 6, end);
  if (low < 0xdc00 || low >= 0xe000) return nullptr;
  append_utf8(out, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
  return p + 12;
}

char short_escape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
  }
  return '\0';
}

}  // namespace

const char* unescape(const char* p, const char* end, std::string& out) {
  out.reserve(out.size() + static_cast<std::size_t>(end - p));
  for (;;) {
    const char* backslash = find_backslash(p, end);
    out.append(p, backslash);
    if (backslash == end) return nullptr;
    if (end - backslash < 2) return backslash;
    if (backslash[1] == 'u') {
      p = unicode_escape(backslash, end, out);
      if (!p) return backslash;
    } else {
      const char c = short_escape(backslash[1]);
      if (c == '\0') return backslash;
      out += c;
      p = backslash + 2;
    }
  }
}

}  // namespace codex::protocol::detail
