#include "transport/text_tail.hpp"

#include <algorithm>
#include <cstddef>

#include "mask/mask.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t kept_bytes = std::size_t{64} * 1024;
constexpr std::size_t max_tail_bytes = 2000;
constexpr int max_tail_lines = 40;

// Colours would split secrets for the mask, and look bad in an error.
std::string without_colours(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("\x1b["), text.size());
    plain.append(text.substr(0, begin));
    text.remove_prefix(begin);
    if (text.empty()) break;
    std::size_t end = 2;  // after the letter that ends the sequence
    while (end < text.size() && (text[end] < 0x40 || text[end] > 0x7e)) ++end;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return plain;
}

std::string_view last_lines_of(std::string_view text) {
  std::size_t begin = text.size();
  for (int lines = 0; lines < max_tail_lines && begin > 0; ++lines) {
    const std::size_t line_end = text.rfind('\n', begin - 1);
    if (line_end == std::string_view::npos) return text;
    begin = line_end;
  }
  return text.substr(begin < text.size() ? begin + 1 : begin);
}

std::string_view last_bytes_of(std::string_view text) {
  if (text.size() <= max_tail_bytes) return text;
  text.remove_prefix(text.size() - max_tail_bytes);
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) {
    text.remove_prefix(1);
  }
  return text;
}

}  // namespace

void TextTail::append(std::string_view text) {
  const std::lock_guard lock(mutex_);
  text_.append(text);
  // Cut rarely, so that it costs little.
  if (text_.size() > 2 * kept_bytes) text_.erase(0, text_.size() - kept_bytes);
}

std::string TextTail::last_lines() const {
  std::unique_lock lock(mutex_);
  const std::string text = text_;
  lock.unlock();  // appending threads do not wait for the mask
  std::string masked = mask_secrets(without_colours(text));
  while (masked.ends_with('\n') || masked.ends_with('\r')) masked.pop_back();
  return std::string(last_bytes_of(last_lines_of(masked)));
}

}  // namespace codex::detail
