// Questions on streams. A terminal's are in ask_on_terminal_test.cpp, on Windows in
// windows/terminal_test.cpp.

#include <atomic>
#include <sstream>
#include <thread>

#include <doctest/doctest.h>

#include <codex/policies.hpp>

#include "approvals/terminal.hpp"
#include "support/approvals.hpp"

using codex::approvals::ask_on_streams;
using codex::testing::command_request;
using codex::testing::contains;
using Kind = codex::approvals::Decision::Kind;

namespace {

/// What the person answers who types this, and what was shown.
std::pair<Kind, std::string> asked(const std::string& typed,
                                   const codex::HandlerContext& context = {}) {
  std::istringstream in(typed);
  std::ostringstream out;
  const auto decision = ask_on_streams(in, out)(command_request("rm x"), context);
  return {decision.kind(), out.str()};
}

std::size_t count(std::string_view text, std::string_view part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

}  // namespace

TEST_CASE("the person's line decides") {
  CHECK(asked("y\n").first == Kind::accept);
  CHECK(asked("a\n").first == Kind::accept_for_session);
  CHECK(asked("n\n").first == Kind::decline);
  CHECK(asked("\n").first == Kind::decline);
  CHECK(asked("c\n").first == Kind::cancel);
  CHECK(contains(asked("y\n").second,
                 "Command:\n  | rm x\nProgram:\n  | rm\nIn:\n  | /repo\n[y]es, "));
}

TEST_CASE("a line that is no choice is asked for again, three times in all") {
  CHECK(asked("what?\ny\n").first == Kind::accept);
  CHECK(asked("1\n2\ny\n").first == Kind::accept);
  const auto [decision, shown] = asked("1\n2\n3\ny\n");
  CHECK(decision == Kind::decline);
  CHECK(count(shown, "[y]es") == 3);
}

TEST_CASE("the end of input is a no, also in the middle of a line") {
  CHECK(asked("").first == Kind::decline);
  CHECK(asked("y").first == Kind::decline);
  CHECK(asked("what?\n").first == Kind::decline);
}

TEST_CASE("a line that is longer than a person's is no answer") {
  const auto line_of = [](std::size_t size) { return std::string(size - 1, ' ') + "y\n"; };
  CHECK(asked(line_of(codex::detail::max_typed_line - 1)).first == Kind::accept);
  CHECK(asked(line_of(codex::detail::max_typed_line)).first == Kind::decline);
  CHECK(asked(line_of(1 << 20)).first == Kind::decline);
}

TEST_CASE("nobody is asked what nobody wants to know any more") {
  std::stop_source stop;
  stop.request_stop();
  codex::HandlerContext context;
  context.stop = stop.get_token();
  const auto [decision, shown] = asked("y\n", context);
  CHECK(decision == Kind::decline);
  CHECK(shown.empty());
}

TEST_CASE("what is too long to be read is declined unread") {
  std::istringstream in("y\n");
  std::ostringstream out;
  const auto policy = ask_on_streams(in, out);
  CHECK(policy(command_request("echo " + std::string(1 << 20, 'x') + "; rm x")).kind() ==
        Kind::decline);
  CHECK(out.str().size() < 200);
  CHECK(in.tellg() == 0);
}

TEST_CASE("two who ask at once are answered one after the other") {
  for (int round = 0; round < 20; ++round) {
    std::istringstream in("y\nn\n");
    std::ostringstream out;
    const auto policy = ask_on_streams(in, out);
    std::atomic<int> yes = 0;
    const auto ask = [&] { yes += policy(command_request("rm x")).kind() == Kind::accept; };
    std::jthread other(ask);
    ask();
    other.join();
    CHECK(yes == 1);
    std::istringstream both("y\nn\n");
    std::ostringstream expected;
    const auto in_turn = ask_on_streams(both, expected);
    in_turn(command_request("rm x"));
    in_turn(command_request("rm x"));
    CHECK(out.str() == expected.str());
  }
}

TEST_CASE("a stream buffer of the program's own can drop what was typed") {
  class Typed : public std::stringbuf {
   public:
    using std::stringbuf::stringbuf;

   private:
    int sync() override {
      str(++asked_ == 1 ? "what?\ny\n" : "n\n");
      return 0;
    }
    int asked_ = 0;
  } typed("y\n");
  std::istream in(&typed);
  std::ostringstream out;
  CHECK(ask_on_streams(in, out)(command_request("rm x")).kind() == Kind::decline);
  CHECK(count(out.str(), "[y]es") == 2);
}

TEST_CASE("a question is as wide and high as its screen says") {
  const auto asks = [](codex::approvals::ScreenSize size) {
    std::istringstream in("y\n");
    std::ostringstream out;
    const codex::approvals::Screen screen(out, [&] { return size; });
    return ask_on_streams(in, screen)(command_request("echo " + std::string(200, 'x'))).kind();
  };
  CHECK(asks({.columns = 80, .rows = 24}) == Kind::accept);
  CHECK(asks({.columns = 25, .rows = 24}) == Kind::accept);
  CHECK(asks({.columns = 25, .rows = 12}) == Kind::decline);
}
