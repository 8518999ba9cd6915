#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <codex/screen.hpp>

namespace codex::detail {

/// The longest line that a person types.
constexpr std::size_t max_typed_line = 4096;

/// Asks a person one question.
class Terminal {
 public:
  Terminal() = default;
  virtual ~Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal(Terminal&&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  Terminal& operator=(Terminal&&) = delete;

  /// Its size.
  [[nodiscard]] virtual approvals::ScreenSize size() const = 0;

  /// Drops what was typed so far, as far as that is known. False on failure.
  virtual bool drop_typed() = 0;

  /// Shows text, until a stop is requested.
  virtual void write(std::string_view text, const std::stop_token& stop) = 0;

  /// The next line that the person types, without the line's end. Nothing at the end of input,
  /// after an error, after a stop request, and for more than `max_typed_line`.
  virtual std::optional<std::string> read_line(const std::stop_token& stop) = 0;
};

/// The terminal of this process' standard input. Nothing if there is none, or if this process is in
/// the background.
std::unique_ptr<Terminal> open_process_terminal();

}  // namespace codex::detail
