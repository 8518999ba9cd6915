#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "bytes.hpp"

namespace codex::protocol::detail {

/// The first backslash, or `end`.
inline const char* find_backslash(const char* p, const char* end) noexcept {
  const auto size = static_cast<std::size_t>(end - p);
  if (size >= Block::size) {
    for (; p + Block::size < end; p += Block::size) {
      if (const auto found = Block(p).where('\\')) return p + std::countr_zero(found);
    }
    const auto found = Block(end - Block::size).where('\\');
    return found ? end - Block::size + std::countr_zero(found) : end;
  }
  if (size >= 8) {
    const auto found = [](const char* at) { return bytes_equal_to(load<std::uint64_t>(at), '\\'); };
    std::uint64_t any = found(end - 8);
    for (const char* at = p; at < end - 8; at += 8) any |= found(at);
    if (!any) return end;
  } else if (size >= 4) {
    const std::uint64_t word = load<std::uint32_t>(p) | std::uint64_t{load<std::uint32_t>(end - 4)}
                                                            << 32;
    if (!bytes_equal_to(word, '\\')) return end;
  }
  while (p != end && *p != '\\') ++p;
  return p;
}

/// What `unescape` wrote, up to `end`; `broken` is the place of a broken escape, or nullptr.
struct Unescaped {
  char* end;
  const char* broken;
};

/// Writes the content of a JSON string to `to`, which has room for as much as is read.
Unescaped unescape(const char* p, const char* end, char* to) noexcept;

/// How far ahead of its reads a long text is prefetched.
inline constexpr std::ptrdiff_t far_ahead = 2048;

/// The character that a letter after a backslash stands for; zero if it may not be there.
inline constexpr auto short_escapes = [] {
  std::array<char, 128> out{};
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

/// Reads the escape at `p`. False when it is broken.
bool read_escape(const char*& p, const char* end, char*& to) noexcept;

}  // namespace codex::protocol::detail
