#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace codex::detail {

/// A piece of JSON.
struct JsonToken {
  enum class Kind : std::uint8_t { open, close, comma, colon, string, scalar, end, invalid };

  Kind kind = Kind::end;
  std::size_t begin = 0;  // of a string: without its quotes
  std::size_t end = 0;
};

/// Cuts JSON into tokens, without checking how they fit together or what is in the strings. A
/// string that is cut off at the text's end counts.
class JsonTokens {
 public:
  explicit JsonTokens(std::string_view text) : text_(text) {}

  [[nodiscard]] JsonToken next();

  /// Whether the last string is the name of a member.
  [[nodiscard]] bool is_name() const;

  [[nodiscard]] std::string_view text(const JsonToken& token) const {
    return text_.substr(token.begin, token.end - token.begin);
  }

 private:
  [[nodiscard]] std::size_t skip_space(std::size_t at) const;
  [[nodiscard]] JsonToken string();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace codex::detail
