#pragma once

#include <memory>
#include <string>

#include <codex/screen.hpp>

namespace chat {

/// Makes `Keyboard::next` return. From any thread, and from a signal handler.
void wake(char reason = 'w');

/// The current size of the terminal.
codex::approvals::ScreenSize terminal_size();

/// Waits for the first of these: a line of standard input or its end, Ctrl-C, or a call of `wake`.
/// There is one instance, used by one thread except for `drop_typed`.
class Keyboard {
 public:
  enum class Event { line, ctrl_c, woken, end };

  struct Line {
    std::string text;
    int drops = 0;  // how often `drop_typed` was called before it was typed
  };

  Keyboard();
  ~Keyboard();
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;

  [[nodiscard]] bool is_terminal() const;

  [[nodiscard]] Event next(bool wants_line);

  [[nodiscard]] Line take_line();

  /// Drops what was typed so far, except lines of a script. Returns how often it was called.
  int drop_typed();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace chat
