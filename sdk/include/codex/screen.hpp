#pragma once

#include <functional>
#include <iosfwd>
#include <memory>
#include <string_view>

namespace codex::detail {
class ScreenState;
}

namespace codex::approvals {

class Policy;
class Screen;

namespace detail {
Policy ask_on_screen(const Screen& screen);
}

/// The size of a terminal.
struct ScreenSize {
  /// Characters in a line.
  int columns = 80;
  /// Lines.
  int rows = 24;
};

/// Prints the program's output on a terminal where a person is asked:
/// `screen.print(codex::printable(delta->delta))`, with `ask_on_terminal(screen)` as the policy.
///
/// It holds back output while a question is open, so that no command and no model can scroll the
/// question away, or imitate another one. It holds up to 1 MiB; further output is dropped, and a
/// line says how much. Output that the program writes without its screen, or through a second one,
/// appears at once.
///
/// A cheap value; copies share one screen. Thread-safe; no member waits for the person.
class Screen {
 public:
  /// Prints on `out`, which must outlive every copy; use `out` only through this. `size` gives
  /// `ask_on_streams` the current size of the terminal; without it, 80 columns and 24 rows.
  explicit Screen(std::ostream& out, std::function<ScreenSize()> size = {});

  /// Prints the text unchanged, now or after the open question is answered.
  void print(std::string_view text) const;

 private:
  friend Policy detail::ask_on_screen(const Screen& screen);
  friend Policy ask_on_streams(std::istream& in, const Screen& screen);

  std::shared_ptr<codex::detail::ScreenState> state_;
};

}  // namespace codex::approvals
