#include "mask/json_tokens.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

using Kind = JsonToken::Kind;

bool is_scalar(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '+' || c == '.';
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
  std::size_t end = begin;
  while (end < text_.size() && text_[end] != '"') {
    if (static_cast<unsigned char>(text_[end]) < 0x20) return {Kind::invalid, begin, end};
    end += text_[end] == '\\' ? 2 : 1;
  }
  end = std::min(end, text_.size());
  at_ = std::min(end + 1, text_.size());
  return {.kind = Kind::string, .begin = begin, .end = end};
}

bool JsonTokens::is_name() const {
  const std::size_t at = skip_space(at_);
  return at < text_.size() && text_[at] == ':';
}

}  // namespace codex::detail
