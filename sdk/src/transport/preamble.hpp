#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "transport/text_tail.hpp"
#include "wire/envelope.hpp"

namespace codex::detail {

/// What comes on stdout before the first message: banners of shells, wrappers and ssh, and codes
/// for a terminal. It is skipped and kept for errors. After the first message nothing is skipped
/// any more. `text` from any thread, the rest on the I/O thread.
class Preamble {
 public:
  static constexpr std::size_t max_lines = 1000;
  static constexpr std::size_t max_bytes = std::size_t{64} * 1024;

  /// Where the message begins in a line: after a prompt or a code, maybe. npos when the line is
  /// skipped.
  [[nodiscard]] std::size_t skip(std::string_view line);

  /// Whether so much was skipped, with this line that is not complete yet, that no message is to be
  /// expected any more.
  [[nodiscard]] bool is_too_long(std::string_view partial_line) const;

  [[nodiscard]] bool is_over() const noexcept { return is_over_; }

  /// The last of what was skipped, secrets masked.
  [[nodiscard]] std::string text() const { return skipped_.last_lines(); }

 private:
  [[nodiscard]] std::size_t message_in(std::string_view line);

  EnvelopeScanner scanner_;
  TextTail skipped_;
  std::size_t lines_ = 0;
  std::size_t bytes_ = 0;
  bool is_over_ = false;
};

}  // namespace codex::detail
