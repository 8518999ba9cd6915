#include "approvals/terminal_posix.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <utility>

#include "os/descriptor.hpp"
#include "os/platform.hpp"

namespace codex::detail {
namespace {

/// A descriptor that becomes readable when a stop is requested.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop) : pipe_(open_pipe()), wake_(stop, Wake{*this}) {}

  [[nodiscard]] int descriptor() const noexcept { return pipe_.first.get(); }

 private:
  using Pipe = std::pair<Descriptor, Descriptor>;

  struct Wake {
    const StopSignal& signal;
    void operator()() const noexcept {
      const char byte = 0;
      while (::write(signal.pipe_.second.get(), &byte, 1) < 0 && errno == EINTR) {
      }
    }
  };

  static Pipe open_pipe() {
    int ends[2];
    if (!make_pipe(ends)) return {};
    return {Descriptor(ends[0]), Descriptor(ends[1])};
  }

  Pipe pipe_;
  std::stop_callback<Wake> wake_;
};

/// A terminal with its own open file description: it does not block, even if others read from it or
/// stop it, and the host program's standard input stays unchanged.
class PosixTerminal final : public Terminal {
 public:
  explicit PosixTerminal(Descriptor terminal) noexcept : terminal_(std::move(terminal)) {}

  [[nodiscard]] approvals::ScreenSize size() const override {
    approvals::ScreenSize size;
    winsize window{};
    if (::ioctl(terminal_.get(), TIOCGWINSZ, &window) != 0) return size;
    if (window.ws_col != 0) size.columns = window.ws_col;
    if (window.ws_row != 0) size.rows = window.ws_row;
    return size;
  }

  bool drop_typed() override { return ::tcflush(terminal_.get(), TCIFLUSH) == 0; }

  void write(std::string_view text, const std::stop_token& stop) override {
    const StopSignal signal(stop);
    while (!text.empty() && wait_for(POLLOUT, signal)) {
      const ssize_t written = ::write(terminal_.get(), text.data(), text.size());
      if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
      if (written < 0 && !is_temporary(errno)) return;
    }
  }

  std::optional<std::string> read_line(const std::stop_token& stop) override {
    const StopSignal signal(stop);
    std::string line;
    while (line.size() < max_typed_line && wait_for(POLLIN, signal)) {
      char c = 0;
      const ssize_t count = ::read(terminal_.get(), &c, 1);  // what follows the line is not ours
      if (count == 1 && c == '\n') return line;
      if (count == 1) line += c;
      if (count == 0 || (count < 0 && !is_temporary(errno))) break;
    }
    return std::nullopt;
  }

 private:
  static bool is_temporary(int error) { return error == EINTR || error == EAGAIN; }

  /// False if a stop is requested first.
  bool wait_for(short events, const StopSignal& signal) const {
    std::array<pollfd, 2> waiting{{{terminal_.get(), events, 0}, {signal.descriptor(), POLLIN, 0}}};
    int ready = -1;
    do {
      ready = ::poll(waiting.data(), waiting.size(), -1);
    } while (ready < 0 && errno == EINTR);
    return ready > 0 && waiting[1].fd >= 0 && waiting[1].revents == 0;
  }

  Descriptor terminal_;
};

Descriptor open_again(int descriptor) {
  std::array<char, 256> name{};
  const bool named = ::ttyname_r(descriptor, name.data(), name.size()) == 0;
  const char* path = named ? name.data() : "/dev/tty";
  return Descriptor(::open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
}

bool is_somebody_elses(int terminal) {
  const pid_t foreground = ::tcgetpgrp(terminal);
  return foreground >= 0 && foreground != ::getpgrp();
}

}  // namespace

std::unique_ptr<Terminal> open_terminal(int descriptor) {
  if (::isatty(descriptor) == 0) return nullptr;
  Descriptor terminal = open_again(descriptor);
  if (!terminal.is_open() || is_somebody_elses(terminal.get())) return nullptr;
  return std::make_unique<PosixTerminal>(std::move(terminal));
}

std::unique_ptr<Terminal> open_process_terminal() { return open_terminal(STDIN_FILENO); }

}  // namespace codex::detail
