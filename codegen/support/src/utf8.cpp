#include "utf8.hpp"

#include <simdjson.h>

namespace codex::protocol::detail {

namespace {

struct Sequence {
  std::size_t size;  // at least 1, so that readers advance
  bool valid;
};

/// The sequence at the front of `text`; a broken one ends before the first byte that cannot belong
/// to it.
Sequence first_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, true};
  if (lead < 0xc2 || lead > 0xf4) return {1, false};
  const std::size_t size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte has narrower limits after lead bytes of overlong sequences, surrogates and
  // characters beyond U+10FFFF.
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (text.size() < 2 || byte(1) < low || byte(1) > high) return {1, false};
  for (std::size_t i = 2; i < size; ++i) {
    if (i >= text.size() || (byte(i) & 0xc0) != 0x80) return {i, false};
  }
  return {size, true};
}

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  return simdjson::validate_utf8(text.data(), text.size());
}

std::size_t first_not_utf8(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    const Sequence sequence = first_sequence(text.substr(at));
    if (!sequence.valid) break;
    at += sequence.size;
  }
  return at;
}

std::string replace_not_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t good = first_not_utf8(text);
    out.append(text.substr(0, good));
    text.remove_prefix(good);
    if (text.empty()) break;
    out.append("\xef\xbf\xbd");
    text.remove_prefix(first_sequence(text).size);
  }
  return out;
}

char* put_utf8(char* to, char32_t character) noexcept {
  const auto put = [&](char32_t byte) { *to++ = static_cast<char>(byte); };
  if (character < 0x80) {
    put(character);
    return to;
  }
  if (character < 0x800) {
    put(0xc0 | (character >> 6));
  } else {
    if (character < 0x10000) {
      put(0xe0 | (character >> 12));
    } else {
      put(0xf0 | (character >> 18));
      put(0x80 | ((character >> 12) & 0x3f));
    }
    put(0x80 | ((character >> 6) & 0x3f));
  }
  put(0x80 | (character & 0x3f));
  return to;
}

}  // namespace codex::protocol::detail
