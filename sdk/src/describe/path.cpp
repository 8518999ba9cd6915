#include "describe/path.hpp"

#include <algorithm>

namespace codex::detail {
namespace {

constexpr std::size_t max_key = 60;

bool is_plain(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

std::string Path::text() const {
  std::string text;
  for (const auto& [key, index] : steps_) {
    if (!key.data()) {
      text.append("[").append(std::to_string(index)).append("]");
    } else if (is_plain(key) && key.size() <= max_key) {
      text.append(text.empty() ? "" : ".").append(key);
    } else {
      std::size_t end = std::min(key.size(), max_key);
      while (end < key.size() && (static_cast<unsigned char>(key[end]) & 0xc0) == 0x80) --end;
      text.append("[\"").append(key.substr(0, end)).append("\"]");
    }
  }
  return text;
}

}  // namespace codex::detail
