#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace codex::detail {

/// Reads a message that is too long to keep and keeps its outline: objects down to the fourth
/// level, with their numbers and the beginnings of their strings. Lists and what lies deeper are
/// left empty. That is enough to tell whose message it is, wherever its members stand.
///
/// What is no JSON object gives something that is none either. What is left out is not checked.
class Abridger {
 public:
  /// So much is kept of one string, and about so much in all.
  static constexpr std::size_t max_string_bytes = std::size_t{4} * 1024;
  static constexpr std::size_t max_bytes = std::size_t{128} * 1024;

  /// The next bytes of the line.
  void feed(std::string_view bytes);

  /// How many bytes there were.
  [[nodiscard]] std::size_t fed_bytes() const noexcept { return fed_bytes_; }

  /// What is left of them so far.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  enum class State : std::uint8_t {
    between,  // values
    string,
    cut_string,  // its end does not count any more
    scalar,      // a number, true, false or null
    skipped,
    skipped_string,
  };

  void take(char c);
  void take_between(char c);
  void take_of_string(char c);
  void take_of_scalar(char c);
  void take_skipped(char c);
  void skip(std::size_t until_depth, char end);
  void begin(State state, char c);
  [[nodiscard]] bool ends_string(char c);
  /// Whether no further member of this object is kept.
  [[nodiscard]] bool is_object_full() const noexcept;

  std::string text_;
  std::size_t fed_bytes_ = 0;
  State state_ = State::between;
  std::size_t depth_ = 0;        // of the place that is read
  std::size_t skip_until_ = 0;   // the depth at which something is kept again
  char skip_end_ = '}';          // what is written there
  std::size_t token_begin_ = 0;  // of the string or scalar, in the text
  std::size_t cut_at_ = 0;       // where the string can be cut in two
  bool is_escaped_ = false;      // by a backslash before it
  int digits_left_ = 0;          // of an escape like \u00e9
};

}  // namespace codex::detail
