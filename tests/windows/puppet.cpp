// A child for the tests of Windows' processes: it does what its first argument says. As a host it
// starts such a child itself, by the SDK.

#include <windows.h>

#include <algorithm>
#include <cstddef>
#include <fcntl.h>
#include <functional>
#include <io.h>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <codex/errors.hpp>

#include "os/environment_variable.hpp"
#include "os/wide_windows.hpp"
#include "task/clock.hpp"
#include "transport/process.hpp"

namespace {

using codex::detail::narrow;
using codex::detail::start_process;
using codex::detail::wide;

using Arguments = std::vector<std::string>;

void say(const std::string& line) { std::cout << line << '\n' << std::flush; }

int sleep() {
  ::Sleep(INFINITE);
  return 0;
}

int copy_stdin() {
  std::string piece(4096, '\0');
  while (true) {
    const int size = ::_read(0, piece.data(), static_cast<unsigned>(piece.size()));
    if (size <= 0) return 0;
    for (int sent = 0; sent < size;) {
      const int count = ::_write(1, piece.data() + sent, static_cast<unsigned>(size - sent));
      if (count <= 0) return 1;
      sent += count;
    }
  }
}

int flood(std::ostream& out, const Arguments& arguments) {
  out << std::string(std::stoul(arguments.at(1)), 'x') << std::flush;
  return arguments.size() > 2 ? std::stoi(arguments[2]) : 0;
}

int print_variables(const Arguments& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    say(codex::detail::find_environment_variable(arguments[i]).value_or("(none)"));
  }
  return 0;
}

int print_folder() {
  std::wstring folder(32768, L'\0');
  folder.resize(::GetCurrentDirectoryW(static_cast<DWORD>(folder.size()), folder.data()));
  say(narrow(folder));
  return 0;
}

/// Whether a number is a handle of this process.
int print_is_open(const Arguments& arguments) {
  const auto number = static_cast<std::uintptr_t>(std::stoull(arguments.at(1)));
  DWORD flags = 0;
  say(::GetHandleInformation(reinterpret_cast<HANDLE>(number), &flags) != 0 ? "leaked" : "closed");
  return 0;
}

std::string own_path() {
  std::wstring path(32768, L'\0');
  path.resize(::GetModuleFileNameW(nullptr, path.data(), static_cast<DWORD>(path.size())));
  return narrow(path);
}

/// Starts a grandchild that holds the same streams, as a command of the agent might.
int leave_behind(const Arguments& arguments) {
  std::wstring line = L"\"" + wide(own_path()) + L"\" sleep";
  STARTUPINFOW info{};
  info.cb = sizeof info;
  PROCESS_INFORMATION started{};
  if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &info,
                       &started) == 0) {
    return 1;
  }
  say(std::to_string(started.dwProcessId));
  return arguments.size() > 1 ? std::stoi(arguments[1]) : sleep();
}

/// A program with a child that ends with it alone.
int be_host() {
  const auto child = start_process({.argv = {own_path(), "sleep"}});
  say(std::to_string(*child->process_id()));
  return sleep();
}

/// A child that shall outlive the job of this program, which was started by the SDK, too.
int leave_detached(const Arguments& arguments) {
  try {
    const auto child =
        start_process({.argv = {own_path(), "sleep"}, .detached_log = arguments.at(1)});
    say(std::to_string(*child->process_id()));
    child->leave();
  } catch (const codex::CodexError& error) {
    say(error.what());
  }
  return 0;
}

std::string read(codex::detail::ByteStream& process, std::size_t size) {
  std::string output;
  const auto deadline = codex::detail::Clock::now() + std::chrono::seconds{20};
  while (output.size() < size && codex::detail::Clock::now() < deadline) {
    const auto received = process.wait(deadline);
    output.append(received.bytes);
    if (received.ended) break;
  }
  return output;
}

HANDLE interrupted = nullptr;

/// Ctrl-C in the console of a host, which goes on: whether its child does, too.
int interrupt_host() {
  ::AllocConsole();
  interrupted = ::CreateEventW(nullptr, TRUE, FALSE, nullptr);
  ::SetConsoleCtrlHandler(
      [](DWORD) -> BOOL {
        ::SetEvent(interrupted);
        return TRUE;
      },
      TRUE);
  const auto child = start_process({.argv = {own_path(), "cat"}});
  child->send("before");
  if (read(*child, 6) != "before") return 1;
  if (::GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) == 0) return 2;
  if (::WaitForSingleObject(interrupted, 20'000) != WAIT_OBJECT_0) return 3;
  // It would end about now.
  const auto exit = child->await_exit(codex::detail::Clock::now() + std::chrono::milliseconds{300});
  if (exit.code) return 4;
  child->send("after");
  say(read(*child, 5) == "after" ? "goes on" : "ended");
  return 0;
}

int close_stdin_and_sleep() {
  ::_close(0);
  say("ready");
  return sleep();
}

int close_stdout_and_sleep() {
  ::_close(1);
  ::CloseHandle(::GetStdHandle(STD_OUTPUT_HANDLE));
  return sleep();
}

}  // namespace

int wmain(int count, wchar_t** words) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) arguments.push_back(narrow(words[i]));
  for (const int stream : {0, 1, 2}) ::_setmode(stream, _O_BINARY);
  const std::map<std::string, std::function<int()>> acts = {
      {"cat", copy_stdin},
      {"sleep", sleep},
      {"deaf", close_stdin_and_sleep},
      {"mute", close_stdout_and_sleep},
      {"exit", [&] { return std::stoi(arguments.at(1)); }},
      {"say",
       [&] {
         std::for_each(arguments.begin() + 1, arguments.end(), say);
         return 0;
       }},
      {"flood", [&] { return flood(std::cout, arguments); }},
      {"complain", [&] { return flood(std::cerr, arguments); }},
      {"variables", [&] { return print_variables(arguments); }},
      {"folder", print_folder},
      {"is-open", [&] { return print_is_open(arguments); }},
      {"parent", [&] { return leave_behind(arguments); }},
      {"host", be_host},
      {"detach", [&] { return leave_detached(arguments); }},
      {"interrupted-host", interrupt_host},
  };
  const auto act = arguments.empty() ? acts.end() : acts.find(arguments.front());
  return act == acts.end() ? 99 : act->second();
}
