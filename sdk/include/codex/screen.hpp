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

/// How much a terminal shows at once.
struct ScreenSize {
  /// Characters in a line.
  int columns = 80;
  /// Lines.
  int rows = 24;
};

/// What a program prints where a person is asked: `screen.print(codex::printable(delta->delta))`,
/// with `ask_on_terminal(screen)` as the policy.
///
/// While a question is open it holds back what is printed, so that no command and no model can push
/// the question away, or imitate another one, until the person has answered. It holds up to 1 MiB;
/// what is printed after that is left out, and a line says how much. What a program writes to the
/// terminal without its screen, or on a second one, appears at once.
///
/// A cheap value; copies share one screen. All members may be called on any thread, and none waits
/// for the person.
class Screen {
 public:
  /// Prints on `out`, which has to outlive every copy and is used through this alone. `size` tells
  /// `ask_on_streams` how much the terminal shows now; without it, 80 columns and 24 rows.
  explicit Screen(std::ostream& out, std::function<ScreenSize()> size = {});

  /// Prints text as it is, now or when the question that is open has its answer.
  void print(std::string_view text) const;

 private:
  friend Policy detail::ask_on_screen(const Screen& screen);
  friend Policy ask_on_streams(std::istream& in, const Screen& screen);

  std::shared_ptr<codex::detail::ScreenState> state_;
};

}  // namespace codex::approvals
