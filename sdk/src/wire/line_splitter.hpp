#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/abridger.hpp"

namespace codex::detail {

/// The scanner reads up to this many bytes past the end of a line: a line's text has room for them,
/// so that it is not copied for it.
inline constexpr std::size_t line_padding = 64;

/// One line of a stream.
struct Line {
  std::string text;
  /// Of a line beyond the limit: its bytes. `text` is then what `Abridger` leaves of it.
  std::size_t full_size = 0;

  bool operator==(const Line&) const = default;
};

/// Cuts a byte stream into lines. A line ends with LF; a CR before it, a byte order mark in front
/// and blank lines are ignored.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t max_line_bytes) : max_line_bytes_(max_line_bytes) {}

  /// Appends the lines that `bytes` completes to `lines`, without their ends. False when a line is
  /// longer than the limit and no JSON object: nothing sensible can follow.
  [[nodiscard]] bool feed(std::string_view bytes, std::vector<Line>& lines);

  /// What has come of the line that is not complete yet; past the limit, what is left of it.
  [[nodiscard]] std::string_view partial() const noexcept {
    return abridger_ ? abridger_->text() : partial_;
  }

 private:
  [[nodiscard]] bool take(std::string_view part, bool is_end);
  void finish_line(std::vector<Line>& lines);

  std::size_t max_line_bytes_;
  std::string partial_;
  std::optional<Abridger> abridger_;  // while a line is beyond the limit
};

}  // namespace codex::detail
