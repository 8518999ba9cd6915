#include "text_source.hpp"

#include <algorithm>
#include <utility>

namespace codex::protocol::detail {

void TextSource::fail(const char* reason) const {
  if (at_ == end_) throw Failure::not_json("unexpected end", text_.size());
  throw Failure::not_json(reason, *at_);
}

/// Makes sure that one byte after the text can be read, and that it begins no token.
void TextSource::close() {
  closed_ = text_;
  text_ = closed_;
}

void TextSource::set_unescaped(const char* begin, const char* end, std::string& out) const {
  out.clear();
  out.resize(static_cast<std::size_t>(end - begin));
  const auto [written, broken] = unescape(begin, end, out.data());
  if (broken) {
    throw Failure::not_json("invalid escape", static_cast<std::size_t>(broken - text_.data()));
  }
  out.resize(static_cast<std::size_t>(written - out.data()));
}

std::size_t TextSource::elements_ahead() const noexcept {
  constexpr std::ptrdiff_t look = 32;
  const Mark end = at_ + std::min(look, end_ - at_);
  std::size_t open = 0;
  std::size_t commas = 0;
  for (Mark at = at_; at != end; ++at) {
    // No branch but one that is not taken: the next token cannot be predicted.
    const int c = text_[*at] | 0x20;  // both kinds of brackets as braces
    open += static_cast<std::size_t>(c == '{') - static_cast<std::size_t>(c == '}');
    commas += static_cast<std::size_t>((c == ',') & (open == 1));
    if (open == 0) return at - at_ == 1 ? 0 : commas + 1;
  }
  return commas;
}

void TextSource::skip() {
  std::size_t open = 0;
  do {
    check_end();
    const char c = peek();
    if (c == '{' || c == '[') ++open;
    if (c == '}' || c == ']') {
      if (open == 0) fail("expected a value");
      --open;
    }
    ++at_;
  } while (open > 0);
}

void TextSource::rewind_to_member(std::string_view spelling) noexcept {
  const auto quote = static_cast<std::uint32_t>(spelling.data() - 1 - text_.data());
  at_ = std::lower_bound(index_.tokens().data(), end_, quote) + 2;  // the name, the colon
}

/// A level within a raw value, on the stack, for the path of an error.
struct TextSource::Level {
  const Level* above;
  std::string_view key;
  std::size_t index;
  bool in_list;
};

void TextSource::not_double(const Level* level) const {
  Failure failure = Failure::out_of_range(number_text());
  for (; level; level = level->above) {
    level->in_list ? failure.under(level->index) : failure.under(level->key);
  }
  throw failure;
}

Json TextSource::json(std::size_t depth, const Level* above) {
  switch (type()) {
    case JsonType::null:
      return null(), Json();
    case JsonType::boolean:
      return boolean();
    case JsonType::number: {
      const Mark start = mark();
      const Number value = number();
      if (value.kind == Number::Kind::whole) return value.bits;
      if (value.kind == Number::Kind::negative) return value.as_signed();
      if (value.kind != Number::Kind::endless) return value.as_double();
      rewind(start);
      not_double(above);
    }
    case JsonType::string: {
      std::string value;
      string(value);
      return value;
    }
    case JsonType::array: {
      if (depth >= max_depth) throw Failure::too_deep();
      Json list = Json::array();
      Level level{above, {}, 0, true};
      elements([&] {
        list.push_back(json(depth + 1, &level));
        ++level.index;
      });
      return list;
    }
    case JsonType::object: {
      if (depth >= max_depth) throw Failure::too_deep();
      Json object = Json::object();
      std::string scratch;
      members([&](std::string_view spelling) {
        const std::string key(name(spelling, scratch));
        const Level level{above, key, 0, false};
        const std::size_t size = object.size();
        object[key] = json(depth + 1, &level);
        repeats_ |= object.size() == size;
      });
      return object;
    }
    case JsonType::other:
      break;
  }
  return {};
}

}  // namespace codex::protocol::detail
