#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace codex::detail {

/// A text that arrives in pieces, each masked as a part of the whole: a key that spans two pieces
/// is hidden in both. For a key with a known beginning, only that beginning is shown before the key
/// is recognised; the value of a secret name is hidden from its first letter on.
class TextInPieces {
 public:
  /// `depth`: see TextKind.
  explicit TextInPieces(std::size_t depth) : depth_(depth) {}

  [[nodiscard]] std::string mask(std::string_view piece);

 private:
  void keep(std::string_view text, std::size_t needed_since);

  std::size_t depth_;
  std::string context_;     // the preceding text: a few lines at most
  bool is_hidden_ = false;  // the last piece ended within a secret
  bool is_closed_ = false;  // a secret does not end: nothing more is shown
};

/// Masks the messages of a wire log that carry pieces of texts, each as a part of its text.
/// Remembers 256 texts, and a few kilobytes of each.
class DeltaMask {
 public:
  /// The message with all of its secrets hidden; nothing if it is no JSON.
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
