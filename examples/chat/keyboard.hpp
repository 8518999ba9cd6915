#pragma once

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace chat {

inline std::array<int, 2> wake_pipe{-1, -1};

/// Makes `Keyboard::next` return. From any thread, and from a signal handler.
inline void wake(char reason = 'w') { (void)!::write(wake_pipe[1], &reason, 1); }

extern "C" inline void on_ctrl_c(int) {
  const int error = errno;
  wake('c');
  errno = error;
}

/// Waits for the first of these: a line of standard input or its end, Ctrl-C, or a call of `wake`.
/// There is one instance, used by one thread except for `drop_typed`.
class Keyboard {
 public:
  enum class Event { line, ctrl_c, woken, end };

  struct Line {
    std::string text;
    int drops = 0;  // how often `drop_typed` was called before it was typed
  };

  Keyboard() {
    if (::pipe(wake_pipe.data()) != 0) throw std::runtime_error("There is no pipe left.");
    struct sigaction action {};
    action.sa_handler = on_ctrl_c;
    ::sigaction(SIGINT, &action, nullptr);
  }

  [[nodiscard]] bool is_terminal() const { return is_terminal_; }

  [[nodiscard]] Event next(bool wants_line) {
    if (wants_line && has_line()) return Event::line;
    if (wants_line && ended_) return Event::end;
    const int input = wants_line ? STDIN_FILENO : -1;
    std::array<pollfd, 2> waiting{{{input, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), -1) < 0) return Event::woken;  // by the signal
    if (waiting[1].revents != 0) return woken();
    if (waiting[0].revents != 0) read();
    return Event::woken;  // to look again
  }

  [[nodiscard]] Line take_line() {
    const std::lock_guard lock(mutex_);
    std::string line = typed_.substr(0, typed_.find('\n'));
    typed_.erase(0, line.size() + 1);
    return {line, drops_};
  }

  /// Drops what was typed so far, except lines of a script. Returns how often it was called.
  int drop_typed() {
    const std::lock_guard lock(mutex_);
    if (!is_terminal_) return drops_;
    ::tcflush(STDIN_FILENO, TCIFLUSH);
    typed_.clear();
    return ++drops_;
  }

 private:
  [[nodiscard]] bool has_line() {
    const std::lock_guard lock(mutex_);
    return typed_.find('\n') != std::string::npos;
  }

  static Event woken() {
    char reason = 0;
    (void)!::read(wake_pipe[0], &reason, 1);
    return reason == 'c' ? Event::ctrl_c : Event::woken;
  }

  void read() {
    const std::lock_guard lock(mutex_);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, 0) <= 0) return;  // it was dropped
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) return;
    ended_ = count <= 0;
    if (ended_ && !typed_.empty()) typed_ += '\n';  // the last line lacks it
    if (!ended_) typed_.append(bytes.data(), static_cast<std::size_t>(count));
  }

  const bool is_terminal_ = ::isatty(STDIN_FILENO) == 1;
  std::mutex mutex_;
  std::string typed_;
  int drops_ = 0;
  bool ended_ = false;
};

}  // namespace chat
