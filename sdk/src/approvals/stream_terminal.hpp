#pragma once

#include <istream>
#include <ostream>

#include "approvals/terminal.hpp"

namespace codex::detail {

/// A terminal on streams. A read cannot be stopped once it waits.
class StreamTerminal final : public Terminal {
 public:
  StreamTerminal(std::istream& in, std::ostream& out, approvals::ScreenSize size)
      : in_(in), out_(out), size_(size) {}

  [[nodiscard]] approvals::ScreenSize size() const override { return size_; }

  /// Streams cannot tell when a line was typed; a buffer of the program's own can.
  bool drop_typed() override { return in_.sync() == 0; }

  void write(std::string_view text, const std::stop_token& stop) override {
    if (!stop.stop_requested()) out_ << text << std::flush;
  }

  std::optional<std::string> read_line(const std::stop_token& stop) override {
    std::string line;
    char c = 0;
    while (!stop.stop_requested() && line.size() < max_typed_line && in_.get(c)) {
      if (c == '\n') return line;
      line += c;
    }
    return std::nullopt;
  }

 private:
  std::istream& in_;
  std::ostream& out_;
  approvals::ScreenSize size_;
};

}  // namespace codex::detail
