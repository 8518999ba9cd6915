#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include <codex/screen.hpp>

namespace codex::detail {

/// More than a person types in one line.
constexpr std::size_t max_typed_line = 4096;

/// Where a person is asked one question.
class Terminal {
 public:
  Terminal() = default;
  virtual ~Terminal() = default;
  Terminal(const Terminal&) = delete;
  Terminal(Terminal&&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  Terminal& operator=(Terminal&&) = delete;

  /// How much it shows at once.
  [[nodiscard]] virtual approvals::ScreenSize size() const = 0;

  /// Drops what was typed so far, as far as that can be told. False when it fails.
  virtual bool drop_typed() = 0;

  /// Shows text, as far as that can be done before a stop is requested.
  virtual void write(std::string_view text, const std::stop_token& stop) = 0;

  /// What the person types, up to the end of the line, without it. Nothing at the end of input,
  /// after an error, when a stop is requested, and for more than `max_typed_line`.
  virtual std::optional<std::string> read_line(const std::stop_token& stop) = 0;
};

/// The terminal that is this process' standard input. Nothing when there is none, or when this
/// process is in the background and another one has it.
std::unique_ptr<Terminal> open_process_terminal();

}  // namespace codex::detail
