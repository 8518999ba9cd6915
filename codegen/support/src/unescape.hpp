#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "bytes.hpp"

namespace codex::protocol::detail {

/// Where the first backslash lies, or `end`.
inline const char* find_backslash(const char* p, const char* end) noexcept {
  const auto size = end - p;
  if (size > 64) {
    const void* found = std::memchr(p, '\\', static_cast<std::size_t>(size));
    return found ? static_cast<const char*>(found) : end;
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

/// Appends the content of a JSON string. Returns nullptr, or the place of a broken escape.
const char* unescape(const char* p, const char* end, std::string& out);

}  // namespace codex::protocol::detail
