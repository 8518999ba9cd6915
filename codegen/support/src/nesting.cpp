#include <algorithm>

#include <codex/protocol/support/nesting.hpp>

namespace codex::protocol::detail {
namespace {

bool opens(char c) { return c == '{' || c == '['; }
bool closes(char c) { return c == '}' || c == ']'; }

/// What follows the string that begins at `quote`.
std::size_t past_string(std::string_view text, std::size_t quote) {
  std::size_t at = quote + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return at + 1;
}

}  // namespace

bool is_too_deep(std::string_view text) noexcept {
  // This count, which takes no branches, settles nearly every text.
  if (static_cast<std::size_t>(std::count_if(text.begin(), text.end(), opens)) <= max_depth) {
    return false;
  }
  std::size_t depth = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == '"') {
      at = past_string(text, at);
      continue;
    }
    if (opens(c) && ++depth > max_depth) return true;
    if (closes(c) && depth > 0) --depth;
    ++at;
  }
  return false;
}

std::string too_deep() { return "nested deeper than " + std::to_string(max_depth); }

Json parse_or_discard(std::string_view text) {
  if (is_too_deep(text)) return Json::value_t::discarded;
  return Json::parse(text, nullptr, false);
}

}  // namespace codex::protocol::detail
