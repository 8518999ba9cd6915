#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

/// Cuts a byte stream into lines. A line ends with LF; a CR before it and blank lines are ignored.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Appends the lines that `bytes` completes to `lines`, without their ends. False when a line is
  /// longer than the limit: nothing sensible can follow.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<std::string>& lines);

  /// What has come of the line that is not complete yet.
  [[nodiscard]] std::string_view partial() const noexcept { return partial_; }

 private:
  void finish_line(std::string_view last_part, std::vector<std::string>& lines);

  std::size_t max_line_bytes_;
  std::string partial_;
};

}  // namespace codex::detail
