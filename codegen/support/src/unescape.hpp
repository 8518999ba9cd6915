#pragma once

#include <cstring>
#include <string>

#include "bytes.hpp"

namespace codex::protocol::detail {

/// Where the first backslash lies, or `end`.
inline const char* find_backslash(const char* p, const char* end) noexcept {
  const auto size = end - p;
  if (size > 16) {
    const void* found = std::memchr(p, '\\', static_cast<std::size_t>(size));
    return found ? static_cast<const char*>(found) : end;
  }
  if (size >= 8) {
    const auto found = [](std::uint64_t word) { return bytes_equal_to(word, '\\'); };
    if (!(found(load<std::uint64_t>(p)) | found(load<std::uint64_t>(end - 8)))) return end;
  }
  while (p != end && *p != '\\') ++p;
  return p;
}

/// Appends the content of a JSON string. Returns nullptr, or the place of a broken escape.
const char* unescape(const char* p, const char* end, std::string& out);

}  // namespace codex::protocol::detail
