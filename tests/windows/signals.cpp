// StopOnSignal, by events of a console of its own: exit code 0 if all is as it should be, else the
// line of what is not; the last event ends this process. usage: windows_signals last|all

#include <windows.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string_view>
#include <thread>

#include <codex/stop_on_signal.hpp>

namespace {

// The parent looks for this one: the default handler ends with another.
constexpr int wrong = 1;

void require(bool is_so, const char* what) {
  if (is_so) return;
  const HANDLE out = ::GetStdHandle(STD_OUTPUT_HANDLE);
  DWORD count = 0;
  ::WriteFile(out, what, static_cast<DWORD>(std::string_view(what).size()), &count, nullptr);
  ::ExitProcess(wrong);
}

bool comes_soon(const std::stop_token& token) {
  for (int attempt = 0; attempt < 2000 && !token.stop_requested(); ++attempt) {
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  return token.stop_requested();
}

void send(DWORD event) {
  require(::GenerateConsoleCtrlEvent(event, 0) != 0, "no event could be sent\n");
}

}  // namespace

int main() {
  const HANDLE out = ::GetStdHandle(STD_OUTPUT_HANDLE);
  ::FreeConsole();
  require(::AllocConsole() != 0, "there is no console\n");
  ::SetStdHandle(STD_OUTPUT_HANDLE, out);
  ::SetConsoleCtrlHandler(nullptr, FALSE);  // a parent may have told us to ignore Ctrl-C

  {
    const codex::StopOnSignal first{SIGINT};
    const codex::StopOnSignal other{SIGBREAK, SIGINT};
    send(CTRL_BREAK_EVENT);
    require(comes_soon(other.token()), "Ctrl-Break stopped nothing\n");
    require(other.signal() == SIGBREAK, "Ctrl-Break is no SIGBREAK\n");
    require(!first.token().stop_requested(), "Ctrl-Break stopped what waits for Ctrl-C\n");
    send(CTRL_C_EVENT);
    require(comes_soon(first.token()), "Ctrl-C stopped nothing\n");
    require(first.signal() == SIGINT && other.signal() == SIGBREAK, "Ctrl-C is no SIGINT\n");
  }
  const codex::StopOnSignal again{SIGINT};
  send(CTRL_C_EVENT);
  require(comes_soon(again.token()), "a second object was not stopped\n");
  send(CTRL_C_EVENT);  // the second is the program's own, and it has no handler
  ::Sleep(20'000);
  require(false, "a second Ctrl-C did not end the program\n");
}
