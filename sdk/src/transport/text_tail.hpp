#pragma once

#include <mutex>
#include <string>
#include <string_view>

namespace codex::detail {

/// Keeps the end of an endless text. Thread-safe.
class TextTail {
 public:
  void append(std::string_view text);

  /// The last 40 lines or 2000 bytes, whichever is less; secrets masked, without
  /// colours and without a line end at the end.
  [[nodiscard]] std::string last_lines() const;

 private:
  mutable std::mutex mutex_;
  std::string text_;
};

}  // namespace codex::detail
