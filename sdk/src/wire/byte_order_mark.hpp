#pragma once

#include <string_view>

namespace codex::detail {

// What editors and shells, those of Windows above all, put in front of a text.
inline constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

constexpr std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

/// Whether a JSON text that begins like this is UTF-16 or UTF-32, with a byte order mark or
/// without.
constexpr bool is_utf16(std::string_view beginning) {
  if (beginning.starts_with("\xff\xfe") || beginning.starts_with("\xfe\xff")) return true;
  return beginning.size() >= 2 && (beginning[0] == '\0' || beginning[1] == '\0');
}

}  // namespace codex::detail
