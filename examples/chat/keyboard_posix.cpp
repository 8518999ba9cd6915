#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <mutex>
#include <poll.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "keyboard.hpp"

namespace chat {
namespace {

std::array<int, 2> wake_pipe{-1, -1};

extern "C" void on_ctrl_c(int) {
  const int error = errno;
  wake('c');
  errno = error;
}

}  // namespace

void wake(char reason) { (void)!::write(wake_pipe[1], &reason, 1); }

codex::approvals::ScreenSize terminal_size() {
  codex::approvals::ScreenSize size;
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col != 0) size.columns = window.ws_col;
  if (window.ws_row != 0) size.rows = window.ws_row;
  return size;
}

struct Keyboard::Impl {
  [[nodiscard]] bool has_line() {
    const std::lock_guard lock(mutex);
    return typed.find('\n') != std::string::npos;
  }

  static Event woken() {
    char reason = 0;
    (void)!::read(wake_pipe[0], &reason, 1);
    return reason == 'c' ? Event::ctrl_c : Event::woken;
  }

  void read() {
    const std::lock_guard lock(mutex);
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, 0) <= 0) return;  // it was dropped
    std::array<char, 4096> bytes{};
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) return;
    ended = count <= 0;
    if (ended && !typed.empty()) typed += '\n';  // the last line lacks it
    if (!ended) typed.append(bytes.data(), static_cast<std::size_t>(count));
  }

  const bool is_terminal = ::isatty(STDIN_FILENO) == 1;
  std::mutex mutex;
  std::string typed;
  int drops = 0;
  bool ended = false;
};

Keyboard::Keyboard() : impl_(std::make_unique<Impl>()) {
  if (::pipe(wake_pipe.data()) != 0) throw std::runtime_error("There is no pipe left.");
  struct sigaction action {};
  action.sa_handler = on_ctrl_c;
  ::sigaction(SIGINT, &action, nullptr);
}

Keyboard::~Keyboard() = default;

bool Keyboard::is_terminal() const { return impl_->is_terminal; }

Keyboard::Event Keyboard::next(bool wants_line) {
  if (wants_line && impl_->has_line()) return Event::line;
  if (wants_line && impl_->ended) return Event::end;
  const int input = wants_line ? STDIN_FILENO : -1;
  std::array<pollfd, 2> waiting{{{input, POLLIN, 0}, {wake_pipe[0], POLLIN, 0}}};
  if (::poll(waiting.data(), waiting.size(), -1) < 0) return Event::woken;  // by the signal
  if (waiting[1].revents != 0) return Impl::woken();
  if (waiting[0].revents != 0) impl_->read();
  return Event::woken;  // to look again
}

Keyboard::Line Keyboard::take_line() {
  const std::lock_guard lock(impl_->mutex);
  std::string line = impl_->typed.substr(0, impl_->typed.find('\n'));
  impl_->typed.erase(0, line.size() + 1);
  return {line, impl_->drops};
}

int Keyboard::drop_typed() {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->is_terminal) return impl_->drops;
  ::tcflush(STDIN_FILENO, TCIFLUSH);
  impl_->typed.clear();
  return ++impl_->drops;
}

}  // namespace chat
