#pragma once

#include <cstddef>

#include "mask/find_secrets.hpp"
#include "mask/letters.hpp"

namespace codex::detail {

[[nodiscard]] bool is_quote(const Letter& letter);

/// Finds the ends of values, in a text that may be JSON, a shell command, YAML, a program or prose.
class ValueEnds {
 public:
  ValueEnds(const Letters& letters, Ending ending) : letters_(letters), ending_(ending) {}

  /// Skips blanks, but no line's end.
  [[nodiscard]] std::size_t skip_blanks(std::size_t at) const;
  /// Skips blanks and ends of lines.
  [[nodiscard]] std::size_t skip_space(std::size_t at) const;

  /// Where a value without quotes ends: at white space, or at a comma or the like that does not
  /// look like a part of it.
  [[nodiscard]] std::size_t of_bare(std::size_t at) const;

  /// The same for a URL's parameter.
  [[nodiscard]] std::size_t of_parameter(std::size_t at) const;

  /// The part within the quotes that `open` begins, and the position after them. A shell's
  /// `'it'\''s'` is one part.
  struct Quoted {
    std::size_t begin;
    std::size_t end;
    std::size_t after;
  };
  [[nodiscard]] Quoted of_quoted(const Letter& open) const;

  /// Where the line ends, or the quote that was opened before its first letter.
  [[nodiscard]] std::size_t of_line(std::size_t at, const Letter& opened) const;

  /// Where the text within braces ends.
  [[nodiscard]] std::size_t of_object(const Letter& open) const;

  /// Where the text of an XML element ends.
  [[nodiscard]] std::size_t of_element(std::size_t at) const;

 private:
  [[nodiscard]] std::size_t closing_quote(const Letter& open, bool within_line,
                                          Letter* quote) const;
  [[nodiscard]] std::size_t closing_triple(const Letter& open, Letter* quote) const;
  [[nodiscard]] bool ends_value(const Letter& delimiter) const;
  [[nodiscard]] bool begins_assignment(std::size_t at) const;

  const Letters& letters_;
  const Ending ending_;
};

}  // namespace codex::detail
