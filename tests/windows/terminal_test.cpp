// Questions on a console: a program of its own, which types at its console by itself. Where it has
// none, it makes one.

#define DOCTEST_CONFIG_IMPLEMENT
#include "approvals/terminal.hpp"

#include <windows.h>

#include <array>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>

#include "os/handle_windows.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

Handle open_console(const wchar_t* name) {
  return Handle(::CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0,
                              nullptr));
}

/// The console of this process, and the one who sits at it.
struct Desk {
  Handle input = open_console(L"CONIN$");
  Handle output = open_console(L"CONOUT$");
  std::unique_ptr<Terminal> terminal = open_process_terminal();

  Desk() {
    REQUIRE(terminal != nullptr);
    REQUIRE(terminal->drop_typed());
  }

  void type(std::string_view text) const {
    for (const wchar_t c : wide(text)) {
      INPUT_RECORD key{};
      key.EventType = KEY_EVENT;
      key.Event.KeyEvent.wRepeatCount = 1;
      key.Event.KeyEvent.uChar.UnicodeChar = c;
      for (const BOOL is_down : {TRUE, FALSE}) {
        key.Event.KeyEvent.bKeyDown = is_down;
        DWORD count = 0;
        REQUIRE(::WriteConsoleInputW(input.get(), &key, 1, &count) != 0);
      }
    }
  }

  /// The row of the screen that has the cursor, `above` rows higher, without blanks at its end.
  [[nodiscard]] std::string row(int above = 0) const {
    CONSOLE_SCREEN_BUFFER_INFO info{};
    REQUIRE(::GetConsoleScreenBufferInfo(output.get(), &info) != 0);
    std::wstring text(static_cast<std::size_t>(info.dwSize.X), L' ');
    DWORD count = 0;
    const COORD begin{.X = 0, .Y = static_cast<SHORT>(info.dwCursorPosition.Y - above)};
    REQUIRE(::ReadConsoleOutputCharacterW(output.get(), text.data(),
                                          static_cast<DWORD>(text.size()), begin, &count) != 0);
    text.resize(count);
    text.erase(text.find_last_not_of(std::wstring_view(L" \0", 2)) + 1);
    return narrow(text);
  }
};

}  // namespace

TEST_CASE_FIXTURE(Desk, "what is written is shown, in any language") {
  terminal->write("\none line\nGr\xc3\xbc\xc3\x9f e", {});
  CHECK(row(1) == "one line");
  CHECK(row() == "Gr\xc3\xbc\xc3\x9f e");
  CHECK(terminal->size().columns > 0);
  CHECK(terminal->size().rows > 0);
}

TEST_CASE_FIXTURE(Desk, "a line is what was typed, and shown as it is typed") {
  terminal->write("\nname: ", {});
  type("y\xc3\xa9s\r");
  CHECK(terminal->read_line({}) == "y\xc3\xa9s");
  CHECK(row(1) == "name: y\xc3\xa9s");
  CHECK(row().empty());
}

TEST_CASE_FIXTURE(Desk, "a typing error can be taken back") {
  type("\bno\b\b\xf0\x9f\x98\x80\byes\r");
  CHECK(terminal->read_line({}) == "yes");
}

TEST_CASE_FIXTURE(Desk, "keys without a character, and other events, are no part of a line") {
  INPUT_RECORD other{};
  other.EventType = FOCUS_EVENT;
  DWORD count = 0;
  REQUIRE(::WriteConsoleInputW(input.get(), &other, 1, &count) != 0);
  type(std::string_view("a\0\x1b[b\r", 6));
  CHECK(terminal->read_line({}) == "a[b");
}

TEST_CASE_FIXTURE(Desk, "the end of input, and a line that is too long, are no line") {
  type("y\x1a");
  CHECK(terminal->read_line({}) == std::nullopt);
  type(std::string(max_typed_line, 'y'));
  CHECK(terminal->read_line({}) == std::nullopt);
}

TEST_CASE_FIXTURE(Desk, "what was typed before is dropped") {
  type("y\r");
  REQUIRE(terminal->drop_typed());
  type("n\r");
  CHECK(terminal->read_line({}) == "n");
}

TEST_CASE_FIXTURE(Desk, "a stop ends the wait for a line") {
  std::stop_source stop;
  std::jthread stopper([&] { stop.request_stop(); });
  CHECK(terminal->read_line(stop.get_token()) == std::nullopt);
}

TEST_CASE_FIXTURE(Desk, "a question that was not shown has no answer") {
  std::stop_source stop;
  stop.request_stop();
  terminal->write("\nbefore", {});
  terminal->write("\nquestion", stop.get_token());
  CHECK(row() == "before");
  type("y\r");
  CHECK(terminal->read_line({}) == std::nullopt);
}

TEST_CASE("there is nobody to ask where standard input is no console") {
  HANDLE const console = ::GetStdHandle(STD_INPUT_HANDLE);
  const Handle nothing(::CreateFileW(L"NUL", GENERIC_READ, 0, nullptr, OPEN_EXISTING, 0, nullptr));
  ::SetStdHandle(STD_INPUT_HANDLE, nothing.get());
  CHECK(open_process_terminal() == nullptr);
  ::SetStdHandle(STD_INPUT_HANDLE, console);
  CHECK(open_process_terminal() != nullptr);
}

}  // namespace codex::detail

int main(int argc, char** argv) {
  // Under wine a terminal is the console, and there is no other. Standard output goes its own way.
  if (!codex::detail::open_process_terminal()) {
    HANDLE const out = ::GetStdHandle(STD_OUTPUT_HANDLE);
    ::FreeConsole();
    if (::AllocConsole() == 0) return 2;
    ::SetStdHandle(STD_INPUT_HANDLE, codex::detail::open_console(L"CONIN$").release());
    ::SetStdHandle(STD_OUTPUT_HANDLE, out);
  }
  return doctest::Context(argc, argv).run();
}
