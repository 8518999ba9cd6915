#include "mask/secret_values.hpp"

#include <algorithm>
#include <string_view>

#include "mask/known_forms.hpp"

namespace codex::detail {
namespace {

constexpr std::size_t max_assigned_name = 64;

bool is_delimiter(char c) { return std::string_view(",;&)}]|").find(c) != std::string_view::npos; }

bool is_control(char c) { return c >= '\b' && c <= '\r'; }

/// Whether a quote with this many backslashes closes the one that `open` opened: each level of
/// nesting doubles them, and backslashes of the text itself come in multiples before those of the
/// closing quote.
bool closes(const Letter& quote, const Letter& open) {
  const std::size_t step = 2 * (open.slashes + 1);
  return quote.value == open.value &&
         (quote.slashes <= open.slashes || quote.slashes % step == open.slashes);
}

}  // namespace

bool is_quote(const Letter& letter) {
  return !letter.is_end() && (letter.value == '"' || letter.value == '\'' || letter.value == '`');
}

std::size_t ValueEnds::skip_blanks(std::size_t at) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letter.value != ' ' && letter.value != '\t') break;
    at = letter.end;
  }
  return at;
}

std::size_t ValueEnds::skip_space(std::size_t at) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letter.value != ' ' && !is_control(letter.value)) break;
    at = letter.end;
  }
  return at;
}

std::size_t ValueEnds::of_bare(std::size_t at) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letters_.is_space(letter) || letter.value == '<') break;
    if (is_quote(letter)) {
      // `ab'c d'e` in a shell continues; `ab', 'c` does not.
      if (!is_word_char(letters_.at(letter.end).value)) break;
      Letter quote;
      (void)closing_quote(letter, true, &quote);
      at = quote.is_end() ? letter.end : quote.end;
      continue;
    }
    if (is_delimiter(letter.value) && ends_value(letter)) break;
    at = letter.end;
  }
  return at;
}

std::size_t ValueEnds::of_parameter(std::size_t at) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letters_.is_space(letter) || is_quote(letter)) break;
    if (std::string_view("&#<>").find(letter.value) != std::string_view::npos) break;
    at = letter.end;
  }
  return at;
}

ValueEnds::Quoted ValueEnds::of_quoted(const Letter& open) const {
  Quoted part{.begin = open.end, .end = 0, .after = 0};
  Letter quote;
  const Letter second = letters_.at(open.end);
  if (is_quote(second) && closes(second, open)) {
    const Letter third = letters_.at(second.end);
    if (!is_quote(third) || !closes(third, open)) return {open.end, open.end, second.end};
    part.begin = third.end;
    part.end = closing_triple(third, &quote);
    part.after = quote.is_end() ? part.end : quote.end;
    return part;
  }
  part.end = closing_quote(open, false, &quote);
  part.after = quote.is_end() ? part.end : quote.end;
  const std::size_t first = part.after;
  for (Letter next = letters_.at(part.after); !next.is_end(); next = letters_.at(part.after)) {
    if (is_quote(next) && next.slashes == open.slashes) {
      (void)closing_quote(next, false, &quote);
      part.after = quote.is_end() ? letters_.text().size() : quote.end;
    } else if (is_word_char(next.value) ||
               (next.value == open.value && next.slashes > open.slashes)) {
      part.after = next.end;
    } else {
      break;
    }
  }
  if (part.after > first) return {.begin = open.begin, .end = part.after, .after = part.after};
  return part;
}

std::size_t ValueEnds::of_line(std::size_t at, const Letter& opened) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letters_.ends_line(letter)) break;
    if (is_quote(opened) && is_quote(letter) && closes(letter, opened)) break;
    at = letter.end;
  }
  return at;
}

std::size_t ValueEnds::of_element(std::size_t at) const {
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (letter.value == '<') break;
    at = letter.end;
  }
  return at;
}

std::size_t ValueEnds::of_object(const Letter& open) const {
  std::size_t depth = 1;
  std::size_t at = open.end;
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    at = letter.end;
    if (is_quote(letter)) {
      Letter quote;
      (void)closing_quote(letter, false, &quote);
      at = quote.is_end() ? letters_.text().size() : quote.end;
    } else if (letter.value == '{') {
      ++depth;
    } else if (letter.value == '}' && --depth == 0) {
      return letter.begin;
    }
  }
  return letters_.text().size();
}

/// Where the text within quotes ends, and the quote itself: none (its `is_end()`) if it is missing.
std::size_t ValueEnds::closing_quote(const Letter& open, bool within_line, Letter* quote) const {
  *quote = {};
  std::size_t at = open.end;
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    if (within_line && letters_.ends_line(letter)) return at;
    if (is_quote(letter) && closes(letter, open)) {
      *quote = letter;
      return letter.begin + letter.slashes - std::min(letter.slashes, open.slashes);
    }
    at = letter.end;
  }
  return letters_.text().size();
}

std::size_t ValueEnds::closing_triple(const Letter& open, Letter* quote) const {
  *quote = {};
  std::size_t begin = 0;
  int count = 0;
  std::size_t at = open.end;
  for (Letter letter = letters_.at(at); !letter.is_end(); letter = letters_.at(at)) {
    const bool counts = is_quote(letter) && closes(letter, open);
    if (counts && count == 0) begin = letter.begin;
    count = counts ? count + 1 : 0;
    if (count == 3) {
      *quote = letter;
      return begin;
    }
    at = letter.end;
  }
  return letters_.text().size();
}

/// Whether a comma or the like is not part of the value before it.
bool ValueEnds::ends_value(const Letter& delimiter) const {
  const Letter next = letters_.at(delimiter.end);
  if (next.is_end()) return ending_ == Ending::complete;
  if (next.value == ' ' || is_control(next.value)) return true;
  return is_quote(next) || is_delimiter(next.value) || begins_assignment(delimiter.end);
}

bool ValueEnds::begins_assignment(std::size_t at) const {
  Letter letter = letters_.at(at);
  for (std::size_t count = 0; is_word_char(letter.value); ++count, letter = letters_.at(at)) {
    if (count == max_assigned_name) return false;
    at = letter.end;
  }
  return letter.value == '=' || letter.value == ':';
}

}  // namespace codex::detail
