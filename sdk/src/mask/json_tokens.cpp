#include "mask/json_tokens.hpp"

#include <algorithm>
#include <cstring>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

using Kind = JsonToken::Kind;

bool is_scalar(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '+' || c == '.';
}

bool interrupts_string(char c) {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// The first of these characters from there on; looks at eight bytes at a time.
std::size_t find_interruption(std::string_view text, std::size_t at) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t high_bits = ones * 0x80;
  for (std::uint64_t bytes = 0; at + sizeof(bytes) <= text.size(); at += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    // The high bit of each byte that is less than n, of the others where it was set.
    const auto less = [](std::uint64_t eight, std::uint64_t n) {
      return (eight - ones * n) & ~eight & high_bits;
    };
    if (less(bytes, 0x20) | less(bytes ^ ones * '"', 1) | less(bytes ^ ones * '\\', 1)) break;
  }
  while (at < text.size() && !interrupts_string(text[at])) ++at;
  return at;
}

}  // namespace

std::size_t JsonTokens::skip_space(std::size_t at) const {
  while (at < text_.size() && (is_blank(text_[at]) || text_[at] == '\n')) ++at;
  return at;
}

JsonToken JsonTokens::next() {
  at_ = skip_space(at_);
  if (at_ == text_.size()) return {.kind = Kind::end, .begin = at_, .end = at_};
  const std::size_t begin = at_;
  const auto one = [&](Kind kind) { return JsonToken{kind, begin, ++at_}; };
  switch (text_[at_]) {
    case '{':
    case '[':
      return one(Kind::open);
    case '}':
    case ']':
      return one(Kind::close);
    case ',':
      return one(Kind::comma);
    case ':':
      return one(Kind::colon);
    case '"':
      return string();
    default:
      break;
  }
  while (at_ < text_.size() && is_scalar(text_[at_])) ++at_;
  return {.kind = at_ > begin ? Kind::scalar : Kind::invalid, .begin = begin, .end = at_};
}

JsonToken JsonTokens::string() {
  const std::size_t begin = at_ + 1;
  std::size_t end = find_interruption(text_, begin);
  while (end < text_.size() && text_[end] == '\\') end = find_interruption(text_, end + 2);
  if (end < text_.size() && text_[end] != '"') return {Kind::invalid, begin, end};
  end = std::min(end, text_.size());
  at_ = std::min(end + 1, text_.size());
  return {.kind = Kind::string, .begin = begin, .end = end};
}

bool JsonTokens::is_name() const {
  const std::size_t at = skip_space(at_);
  return at < text_.size() && text_[at] == ':';
}

}  // namespace codex::detail
