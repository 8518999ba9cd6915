#pragma once

#include <cstddef>
#include <string_view>

namespace codex::detail {

/// A letter of a text as a person sees it.
struct Letter {
  char value = '\0';        // not ASCII: a byte of 0x80 or more
  std::size_t begin = 0;    // after the colours before it
  std::size_t end = 0;      // equal to `begin` at the end of the text
  std::size_t slashes = 0;  // the backslashes that it is written with

  [[nodiscard]] bool is_end() const { return begin == end; }
};

/// Reads a text letter by letter: skips the colours of a terminal, and resolves the escapes of JSON
/// (`\n`, `\"`, `\u0073`), however many backslashes each has in JSON within JSON. Each call reads
/// about ten bytes, or a run of backslashes, which is one letter.
class Letters {
 public:
  /// `depth` is how many backslashes an escape has: 0 in plain text, 1 in a string of JSON.
  Letters(std::string_view text, std::size_t depth) : text_(text), depth_(depth) {}

  /// The first letter at or after this byte.
  [[nodiscard]] Letter at(std::size_t byte) const;

  /// The same, if a letter may follow a backslash that is no escape: `\token` of a Windows path.
  [[nodiscard]] Letter after_backslashes(const Letter& escape) const;

  /// Whether it ends a line; `\n` in plain text does not.
  [[nodiscard]] bool ends_line(const Letter& letter) const {
    return (letter.value == '\n' || letter.value == '\r') && letter.slashes <= depth_;
  }
  /// Whether it is white space; an escape that plain text shows as one is not.
  [[nodiscard]] bool is_space(const Letter& letter) const {
    return (letter.value == ' ' || letter.value == '\t' || letter.value == '\n' ||
            letter.value == '\r') &&
           letter.slashes <= depth_;
  }
  /// Whether it may be either an escape or a backslash and a letter.
  [[nodiscard]] bool is_doubtful(const Letter& letter) const;

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t depth() const { return depth_; }

 private:
  [[nodiscard]] std::size_t skip_colours(std::size_t byte) const;
  [[nodiscard]] std::size_t escape_character(std::size_t byte) const;
  [[nodiscard]] Letter escaped(std::size_t begin) const;

  std::string_view text_;
  std::size_t depth_;
};

}  // namespace codex::detail
