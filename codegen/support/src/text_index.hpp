#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace codex::protocol::detail {

/// Where the tokens of a JSON text begin: each bracket, comma and colon, each string at its opening
/// quote, each other run of characters. It is what simdjson's first stage finds; the text is UTF-8
/// then and its strings are closed and free of control characters. Throws Failure otherwise.
class TextIndex {
 public:
  explicit TextIndex(std::string_view text);
  TextIndex(const TextIndex&) = delete;
  TextIndex(TextIndex&&) = delete;
  TextIndex& operator=(const TextIndex&) = delete;
  TextIndex& operator=(TextIndex&&) = delete;
  ~TextIndex();

  /// The offsets of the tokens, followed by the size of the text.
  [[nodiscard]] std::span<const std::uint32_t> tokens() const noexcept;

  struct Stage;  // simdjson's, hidden from includers

 private:
  std::unique_ptr<Stage> stage_;
};

}  // namespace codex::protocol::detail
