#include <cstdlib>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include <codex/policies.hpp>

#include "approvals/terminal_posix.hpp"
#include "os/descriptor.hpp"
#include "os/platform.hpp"
#include "support/approvals.hpp"

using codex::approvals::Decision;
using codex::detail::Descriptor;
using codex::detail::open_terminal;
using codex::testing::command_request;
using codex::testing::contains;
using Kind = Decision::Kind;

namespace {

/// A terminal, and the one who sits at it.
class Pty {
 public:
  Pty() : person_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    REQUIRE(::grantpt(person_.get()) == 0);
    REQUIRE(::unlockpt(person_.get()) == 0);
    terminal_ = Descriptor(::open(::ptsname(person_.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
    REQUIRE(terminal_.is_open());
  }

  [[nodiscard]] int terminal() const { return terminal_.get(); }

  void type(std::string_view text) const {
    REQUIRE(::write(person_.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }

  void resize(unsigned short columns, unsigned short rows) const {
    const winsize size{.ws_row = rows, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
    REQUIRE(::ioctl(person_.get(), TIOCSWINSZ, &size) == 0);
  }

  /// Waits until a typed line has arrived.
  void await_input() const {
    pollfd ready{terminal(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 20'000) == 1);
  }

  /// Waits until this is shown, after what was waited for before.
  void await_output(std::string_view text) {
    while (!contains(shown_, text)) {
      pollfd ready{person_.get(), POLLIN, 0};
      REQUIRE(::poll(&ready, 1, 20'000) == 1);
      char buffer[1024];
      const ssize_t size = ::read(person_.get(), buffer, sizeof buffer);
      REQUIRE(size > 0);
      shown_.append(buffer, static_cast<std::size_t>(size));
    }
    shown_.erase(0, shown_.find(text) + text.size());
  }

 private:
  Descriptor person_;
  Descriptor terminal_;
  std::string shown_;
};

/// Puts another file in the place of standard input, for a while.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : before_(::fcntl(0, F_DUPFD_CLOEXEC, 3)) {
    REQUIRE(::dup2(descriptor, 0) == 0);
  }
  ~StandardInput() {
    if (before_.is_open()) ::dup2(before_.get(), 0);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  Descriptor before_;
};

}  // namespace

TEST_CASE("a terminal shows what is written and gives what is typed, line by line") {
  Pty pty;
  const auto terminal = open_terminal(pty.terminal());
  REQUIRE(terminal);
  terminal->write("question", {});
  pty.await_output("question");
  pty.type("y\nn\n");
  CHECK(terminal->read_line({}) == "y");
  CHECK(terminal->read_line({}) == "n");
  pty.type("\x04");
  CHECK_FALSE(terminal->read_line({}));
}

TEST_CASE("a terminal drops what was typed so far") {
  Pty pty;
  const auto terminal = open_terminal(pty.terminal());
  REQUIRE(terminal);
  pty.type("y\ny");
  pty.await_input();
  CHECK(terminal->drop_typed());
  pty.type("n\n");
  CHECK(terminal->read_line({}) == "n");
}

TEST_CASE("a terminal knows its size") {
  Pty pty;
  const auto terminal = open_terminal(pty.terminal());
  REQUIRE(terminal);
  CHECK(terminal->size().columns == 80);  // it says nothing
  CHECK(terminal->size().rows == 24);
  pty.resize(30, 10);
  CHECK(terminal->size().columns == 30);
  CHECK(terminal->size().rows == 10);
}

TEST_CASE("waiting for a person ends when a stop is requested") {
  Pty pty;
  const auto terminal = open_terminal(pty.terminal());
  REQUIRE(terminal);
  std::stop_source stop;
  std::jthread reader([&] { CHECK_FALSE(terminal->read_line(stop.get_token())); });
  stop.request_stop();
}

TEST_CASE("writing to a terminal that nobody reads ends when a stop is requested") {
  Pty pty;
  const auto terminal = open_terminal(pty.terminal());
  REQUIRE(terminal);
  std::stop_source stop;
  std::jthread writer([&] { terminal->write(std::string(1 << 20, 'x'), stop.get_token()); });
  pty.await_output("xxx");
  stop.request_stop();
}

TEST_CASE("what is no terminal is not asked") {
  int ends[2];
  REQUIRE(codex::detail::make_pipe(ends));
  const Descriptor reader(ends[0]);
  const Descriptor writer(ends[1]);
  CHECK_FALSE(open_terminal(reader.get()));
  CHECK_FALSE(open_terminal(-1));

  REQUIRE(::write(writer.get(), "y\n", 2) == 2);
  const StandardInput replaced(reader.get());
  CHECK(codex::approvals::ask_on_terminal(command_request("ls")).kind() == Kind::decline);
}

TEST_CASE("ask_on_terminal asks at the terminal that is standard input") {
  Pty pty;
  const StandardInput replaced(pty.terminal());
  Decision decision = codex::approvals::decline();
  std::jthread asks(
      [&] { decision = codex::approvals::ask_on_terminal(command_request("ls -l")); });
  pty.await_output("| ls -l\r\n");
  pty.await_output("| /repo\r\n[y]es");
  pty.type("y\n");
  asks.join();
  CHECK(decision == codex::approvals::accept());
}

namespace {

/// A person at the terminal who is asked by `ask_on_terminal`.
class Question {
 public:
  explicit Question(const std::string& command = "rm x") : Question(command_request(command)) {}
  explicit Question(codex::protocol::CommandExecutionRequestApprovalParams params)
      : replaced_(pty.terminal()), params_(std::move(params)) {}

  void ask(const codex::approvals::Policy& policy = codex::approvals::ask_on_terminal) {
    asks_ = std::jthread([this, policy] { decision_ = policy(params_); });
  }

  Decision decision() {
    asks_.join();
    return decision_;
  }

  Pty pty;

 private:
  StandardInput replaced_;
  codex::protocol::CommandExecutionRequestApprovalParams params_;
  Decision decision_ = codex::approvals::decline("not asked");
  std::jthread asks_;
};

}  // namespace

TEST_CASE("lines that were typed before a question do not answer it") {
  Question question;
  question.pty.type("y\ny\n");
  question.pty.await_input();
  question.ask();
  question.pty.await_output("[y]es");
  question.pty.type("n\n");
  CHECK(question.decision() == codex::approvals::decline());
}

TEST_CASE("lines that were typed before a question is asked again do not answer it") {
  Question question;
  question.ask();
  question.pty.await_output("[y]es");
  question.pty.type("what?\ny\ny\n");  // at once, as when pasted
  question.pty.await_output("[y]es");
  question.pty.type("n\n");
  CHECK(question.decision() == codex::approvals::decline());
}

TEST_CASE("lines that were typed between two questions do not answer the second") {
  Question question;
  question.ask();
  question.pty.await_output("[y]es");
  question.pty.type("n\ny\ny\n");
  CHECK(question.decision() == codex::approvals::decline());
  question.ask();
  question.pty.await_output("[y]es");
  question.pty.type("c\n");
  CHECK(question.decision() == codex::approvals::cancel());
}

TEST_CASE("a line that was begun before a question does not answer it") {
  Question question;
  question.pty.type("y");
  question.pty.await_output("y");  // its echo: it has arrived
  question.ask();
  question.pty.await_output("[y]es");
  question.pty.type("\n");
  CHECK(question.decision() == codex::approvals::decline());
}

TEST_CASE("a small terminal is asked what fits on it, and nothing else") {
  Question question(std::string(100, 'x'));
  question.pty.resize(30, 20);
  question.ask();
  question.pty.await_output("  | " + std::string(25, 'x') + "\r\n  | ");
  question.pty.await_output("[y]es");
  question.pty.type("y\n");
  CHECK(question.decision() == codex::approvals::accept());
  question.pty.resize(30, 12);
  question.ask();
  question.pty.await_output("more than this terminal can show");
  CHECK(question.decision().kind() == Kind::decline);
  question.pty.resize(19, 20);
  question.ask();
  CHECK(question.decision().kind() == Kind::decline);
}
