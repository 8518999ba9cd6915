#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// A text that comes in pieces, each masked as a part of the whole: a key that two pieces share is
/// hidden in both. Of a key that is known by how it begins no more than that beginning is shown
/// before it is recognised; the value of a name is hidden from its first letter on.
class TextInPieces {
 public:
  /// `depth`: see TextKind.
  explicit TextInPieces(std::size_t depth) : depth_(depth) {}

  [[nodiscard]] std::string mask(std::string_view piece);

 private:
  void keep(std::string_view text, std::size_t needed_since);

  std::size_t depth_;
  std::string context_;     // what came before: some lines, at most
  bool is_hidden_ = false;  // the last piece ended within a secret
  bool is_closed_ = false;  // a secret does not end: nothing is shown any more
};

/// Masks the messages of a wire log that carry pieces of texts, by the text that each belongs to.
/// Remembers 256 texts, and some kilobytes of each.
class DeltaMask {
 public:
  /// The message with all of its secrets hidden; nothing when it is no JSON.
  [[nodiscard]] std::optional<std::string> mask(std::string_view message);

 private:
  struct Text {
    TextInPieces pieces;
    std::uint64_t last_use;
  };

  [[nodiscard]] TextInPieces& text_of(const std::string& key, std::size_t depth);

  std::map<std::string, Text, std::less<>> texts_;
  std::uint64_t uses_ = 0;
};

}  // namespace codex::detail
