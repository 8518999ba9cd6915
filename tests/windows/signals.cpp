// StopOnSignal, by events of a console of its own. usage: windows_signals once|all
//   once   Ctrl-C, once: exit code 0, and not a word
//   all    Ctrl-Break too, and a second Ctrl-C, which ends this process as the system does
// wine without a window has no Ctrl-Break, and its console ends with the first event: there "once".

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

void stop_once() {
  const codex::StopOnSignal ctrl_c{SIGINT};
  const codex::StopOnSignal ctrl_break{SIGBREAK};
  send(CTRL_C_EVENT);
  require(comes_soon(ctrl_c.token()), "Ctrl-C stopped nothing\n");
  require(ctrl_c.signal() == SIGINT, "Ctrl-C is no SIGINT\n");
  require(!ctrl_break.token().stop_requested(), "Ctrl-C stopped what waits for Ctrl-Break\n");
}

}  // namespace

int main(int argc, char** argv) {
  const bool is_all = argc > 1 && std::string_view(argv[1]) == "all";
  const HANDLE out = ::GetStdHandle(STD_OUTPUT_HANDLE);
  ::FreeConsole();
  require(::AllocConsole() != 0, "there is no console\n");
  ::SetStdHandle(STD_OUTPUT_HANDLE, out);
  ::SetConsoleCtrlHandler(nullptr, FALSE);  // a parent may have told us to ignore Ctrl-C

  if (!is_all) {
    stop_once();
    return 0;
  }
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
