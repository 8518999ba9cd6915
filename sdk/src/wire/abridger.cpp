#include "wire/abridger.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_depth = 4;
constexpr std::size_t max_scalar_bytes = 1024;

/// An object within a message leaves room for the members that follow it.
constexpr std::size_t max_inner_bytes = Abridger::max_bytes / 2;

bool is_space(char c) { return is_blank(c) || c == '\n'; }
/// Where a string may end.
std::size_t find_mark(std::string_view text) {
  const auto is_mark = [](char c) { return c == '"' || c == '\\'; };
  return static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_mark) - text.begin());
}

bool opens(char c) { return c == '{' || c == '['; }
bool closes(char c) { return c == '}' || c == ']'; }

}  // namespace

void Abridger::feed(std::string_view bytes) {
  fed_bytes_ += bytes.size();
  while (!bytes.empty()) {
    const bool is_in_lost_string = state_ == State::skipped_string || state_ == State::cut_string;
    if (is_in_lost_string && !is_escaped_) {
      bytes.remove_prefix(find_mark(bytes));
      if (bytes.empty()) return;
    }
    take(bytes.front());
    bytes.remove_prefix(1);
  }
}

void Abridger::take(char c) {
  switch (state_) {
    case State::between:
      return take_between(c);
    case State::string:
      return take_of_string(c);
    case State::cut_string:
      if (!ends_string(c)) return;
      text_ += '"';
      state_ = State::between;
      return;
    case State::scalar:
      return take_of_scalar(c);
    case State::skipped:
      return take_skipped(c);
    case State::skipped_string:
      if (ends_string(c)) state_ = State::skipped;
      return;
  }
}

void Abridger::take_between(char c) {
  if (is_space(c) || text_.size() >= 2 * max_bytes) return;  // the latter of what is no JSON
  if (c == ',' && is_object_full()) return skip(depth_ - 1, '}');
  if (c == '"') return begin(State::string, c);
  const bool is_mark = c == ',' || c == ':' || opens(c) || closes(c);
  if (!is_mark) return begin(State::scalar, c);
  text_ += c;
  if (c == '[' || (c == '{' && depth_ == max_depth)) skip(depth_, c == '{' ? '}' : ']');
  if (opens(c)) ++depth_;
  if (closes(c) && depth_ > 0) --depth_;
}

void Abridger::skip(std::size_t until_depth, char end) {
  state_ = State::skipped;
  skip_until_ = until_depth;
  skip_end_ = end;
}

void Abridger::begin(State state, char c) {
  state_ = state;
  token_begin_ = text_.size();
  text_ += c;
  cut_at_ = text_.size();
  digits_left_ = 0;
}

bool Abridger::ends_string(char c) {
  const bool is_plain = !is_escaped_;
  is_escaped_ = is_plain && c == '\\';
  return is_plain && c == '"';
}

void Abridger::take_of_string(char c) {
  // Before a plain character no escape and no UTF-8 sequence is torn.
  const bool is_plain = !is_escaped_ && c != '\\' && static_cast<unsigned char>(c) < 0x80;
  if (is_plain && digits_left_ == 0) cut_at_ = text_.size();
  if (digits_left_ > 0) --digits_left_;
  if (is_escaped_ && c == 'u') digits_left_ = 4;
  if (ends_string(c)) {
    state_ = State::between;
  } else if (text_.size() - token_begin_ > max_string_bytes) {
    text_.resize(cut_at_);
    state_ = State::cut_string;
    return;
  }
  text_ += c;
}

void Abridger::take_of_scalar(char c) {
  const std::size_t size = text_.size() - token_begin_;
  const bool is_over = is_space(c) || c == ',' || c == ':' || c == '"' || opens(c) || closes(c);
  if (!is_over && size <= max_scalar_bytes) text_ += c;
  if (!is_over) return;
  if (size > max_scalar_bytes) text_.replace(token_begin_, size, "null");
  state_ = State::between;
  take_between(c);
}

void Abridger::take_skipped(char c) {
  if (c == '"') {
    state_ = State::skipped_string;
  } else if (opens(c)) {
    ++depth_;
  } else if (closes(c) && --depth_ == skip_until_) {
    text_ += skip_end_;
    state_ = State::between;
  }
}

bool Abridger::is_object_full() const noexcept {
  return depth_ > 0 && text_.size() >= (depth_ == 1 ? max_bytes : max_inner_bytes);
}

}  // namespace codex::detail
