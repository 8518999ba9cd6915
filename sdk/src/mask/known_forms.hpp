#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace codex::detail {

/// A form of keys that is recognised by its beginning.
struct KnownForm {
  /// The characters of a key after its beginning.
  enum class Tail : std::uint8_t {
    upper,   // capital letters and digits
    plain,   // letters and digits
    word,    // `_` and `-` too
    dotted,  // and `.`
    token,   // and `~`, `+`, `/`, `=`
  };

  std::string_view prefix;
  std::size_t min_tail;
  Tail tail = Tail::word;
  bool needs_dot = false;  // a JWT has some
};

/// The form of a word with this beginning; nullptr if unknown. The caller checks its length.
[[nodiscard]] const KnownForm* known_form(std::string_view word);

[[nodiscard]] bool is_word_char(char c);
[[nodiscard]] bool is_tail_char(char c, KnownForm::Tail tail);

}  // namespace codex::detail
