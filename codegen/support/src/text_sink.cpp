#include "text_sink.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "failure.hpp"
#include "spare.hpp"
#include "unescape.hpp"
#include "utf8.hpp"

namespace codex::protocol::detail {

namespace {

constexpr bool needs_escape(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

/// A thread keeps its buffer for the next text up to this size.
constexpr std::size_t kept_size = std::size_t{1} << 20;
constexpr std::size_t least_size = std::size_t{1} << 9;

/// What the last encoding on this thread left for the next.
thread_local Spare<TextBuffer> spare_text;

/// Not zero when one of the eight bytes needs an escape or a look at its encoding. A borrow
/// reaches only bytes above one that is meant.
constexpr std::uint64_t not_plain_ascii(std::uint64_t word) {
  const auto zero = [](std::uint64_t bytes) { return bytes - every_byte; };
  return (word | (word - every_byte * 0x20) | zero(word ^ (every_byte * '"')) |
          zero(word ^ (every_byte * '\\'))) &
         high_bits;
}

/// Not zero when one of the eight bytes needs an escape.
constexpr std::uint64_t escapes_in(std::uint64_t word) {
  const std::uint64_t control = (word - every_byte * 0x20) & ~word & high_bits;
  return control | bytes_equal_to(word, '"') | bytes_equal_to(word, '\\');
}

template <bool Ascii>
constexpr bool is_plain(std::uint64_t word) {
  return !(Ascii ? not_plain_ascii(word) : escapes_in(word));
}

/// How many bytes at the front need no escape, and with `Ascii` no check of their encoding either.
/// Copies them to `to`, which has room for the whole text.
template <bool Ascii>
std::size_t copy_plain(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    const auto word = load<std::uint64_t>(from + i);
    if (!is_plain<Ascii>(word)) break;
    store(to + i, word);
  }
  if (size >= 8 && i + 8 > size) {
    const auto word = load<std::uint64_t>(from + size - 8);
    if (is_plain<Ascii>(word)) {
      store(to + size - 8, word);
      return size;
    }
  }
  for (; i < size; ++i) {
    if (needs_escape(from[i]) || (Ascii && static_cast<unsigned char>(from[i]) >= 0x80)) break;
    to[i] = from[i];
  }
  return i;
}

/// The escape of a character that JSON does not allow in strings.
struct Escape {
  std::array<char, 7> text;
  char size;
};

constexpr auto escapes = [] {
  constexpr std::string_view hex = "0123456789abcdef";
  std::array<Escape, 128> out{};
  for (std::size_t c = 0; c < 0x20; ++c)
    out[c] = {{'\\', 'u', '0', '0', hex[c >> 4], hex[c & 0xf]}, 6};
  for (std::size_t letter = 0; letter < out.size(); ++letter) {
    const char c = short_escapes[letter];
    if (c != 0 && needs_escape(c)) {
      out[static_cast<unsigned char>(c)] = {{'\\', static_cast<char>(letter)}, 2};
    }
  }
  return out;
}();

/// Writes as much as the longest escape, whichever it is.
char* put_escape(char* to, char c) {
  const Escape& escape = escapes[static_cast<unsigned char>(c)];
  std::memcpy(to, &escape, sizeof(escape));
  return to + escape.size;
}

/// As unescape_stretch does: finds all that needs an escape before it follows the first of them.
char* escape_stretch(const char* p, char* to) {
  const char* const begin = p;
  std::uint64_t mask = where_in_stretch(begin, [](const Block& block) {
    return block.where_up_to(0x1f) | block.where('"') | block.where('\\');
  });
  for (; mask != 0; mask &= mask - 1) {
    const char* strange = begin + std::countr_zero(mask);
    copy_stretch(p, to);
    to = put_escape(to + (strange - p), *strange);
    p = strange + 1;
  }
  copy_stretch(p, to);
  return to + (begin + stretch - p);
}

}  // namespace

void TextBuffer::grow(std::size_t wanted) {
  auto* grown = static_cast<char*>(std::realloc(data_.get(), wanted));
  if (!grown) throw std::bad_alloc();
  (void)data_.release();
  data_.reset(grown);
  size_ = wanted;
}

TextSink::TextSink() : buffer_(spare_text.take()) { reserve(least_size); }

TextSink::~TextSink() {
  if (buffer_.size() <= kept_size) spare_text.leave(std::move(buffer_));
}

void TextSink::grow(std::size_t more) {
  const std::size_t used = size();
  buffer_.grow(std::max(used + more, buffer_.size() * 2));
  at_ = buffer_.data() + used;
  end_ = buffer_.data() + buffer_.size();
}

template <class Int>
void TextSink::digits(Int value) {
  reserve(number_size);
  at_ = std::to_chars(at_, end_, value).ptr;
}
template void TextSink::digits(std::int64_t);
template void TextSink::digits(std::uint64_t);

void TextSink::number(double value) {
  if (!std::isfinite(value)) return literal("null");
  reserve(number_size);
  char* begin = at_;
  at_ = std::to_chars(at_, end_, value).ptr;
  // 1.0 stays a number with a fraction, as it was.
  const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
  if (text.find_first_of(".e") == std::string_view::npos) put(".0");
}

void TextSink::string(std::string_view text) {
  reserve(text.size() + 2);
  *at_++ = '"';
  const std::size_t plain = copy_plain<true>(at_, text);
  at_ += plain;
  if (plain != text.size()) {
    rest_of_string(text.substr(plain));
    reserve(1);
  }
  *at_++ = '"';
}

void TextSink::rest_of_string(std::string_view text) {
  is_utf8(text) ? escaped(text) : escaped(replace_not_utf8(text));
}

void TextSink::escaped(std::string_view text) {
  while (text.size() >= 2 * stretch) {
    reserve(stretch * sizeof(Escape));
    at_ = escape_stretch(text.data(), at_);
    text.remove_prefix(stretch);
  }
  while (!text.empty()) {
    reserve(text.size() + sizeof(Escape));
    const std::size_t plain = copy_plain<false>(at_, text);
    at_ += plain;
    if (plain == text.size()) return;
    at_ = put_escape(at_, text[plain]);
    text.remove_prefix(plain + 1);
  }
}

void TextSink::json(const Json& value, std::size_t depth) {
  if (value.is_structured() && depth >= max_depth) throw Failure::too_deep();
  switch (value.type()) {
    case Json::value_t::boolean:
      return literal(value.get<bool>() ? "true" : "false");
    case Json::value_t::number_integer:
      return integer(value.get<std::int64_t>());
    case Json::value_t::number_unsigned:
      return integer(value.get<std::uint64_t>());
    case Json::value_t::number_float:
      return number(value.get<double>());
    case Json::value_t::string:
      return string(value.get_ref<const std::string&>());
    case Json::value_t::array:
      open('[');
      for (const Json& item : value) {
        element();
        json(item, depth + 1);
      }
      return close(']');
    case Json::value_t::object:
      open('{');
      for (const auto& [key, item] : value.get_ref<const Json::object_t&>()) {
        entry(key);
        json(item, depth + 1);
      }
      return close('}');
    case Json::value_t::null:
    case Json::value_t::binary:  // has no JSON text
    case Json::value_t::discarded:
      break;
  }
  literal("null");
}

}  // namespace codex::protocol::detail
