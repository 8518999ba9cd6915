#include <windows.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "keyboard.hpp"

// A console has no poll(): a thread reads lines, and lives as long as the program, since nothing
// ends its read.
namespace chat {
namespace {

struct Input {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Keyboard::Line> lines;
  std::deque<char> reasons;  // of `wake`
  int drops = 0;
  bool ended = false;
};

Input& input() {
  static auto* const only = new Input();  // never destroyed: the thread may still run
  return *only;
}

HANDLE standard_input() { return ::GetStdHandle(STD_INPUT_HANDLE); }

bool is_console() {
  DWORD mode = 0;
  return ::GetConsoleMode(standard_input(), &mode) != 0;
}

std::string utf8(const wchar_t* text, DWORD length) {
  const int size = static_cast<int>(length);
  std::string out(static_cast<std::size_t>(size) * 3, '\0');
  out.resize(static_cast<std::size_t>(::WideCharToMultiByte(
      CP_UTF8, 0, text, size, out.data(), static_cast<int>(out.size()), nullptr, nullptr)));
  return out;
}

/// What was typed or comes from a file; nothing at the end.
std::optional<std::string> read_some() {
  DWORD count = 0;
  if (is_console()) {
    std::array<wchar_t, 4096> text{};
    // After Ctrl-C it has read nothing, and that is no end.
    ::SetLastError(ERROR_SUCCESS);
    const auto size = static_cast<DWORD>(text.size());
    if (::ReadConsoleW(standard_input(), text.data(), size, &count, nullptr) == 0) return {};
    if (count == 0 && ::GetLastError() != ERROR_OPERATION_ABORTED) return {};
    constexpr wchar_t end_of_input = 0x1a;  // Ctrl-Z
    if (count > 0 && text[0] == end_of_input) return {};
    return utf8(text.data(), count);
  }
  std::array<char, 4096> bytes{};
  const auto size = static_cast<DWORD>(bytes.size());
  if (::ReadFile(standard_input(), bytes.data(), size, &count, nullptr) == 0) return {};
  if (count == 0) return {};
  return std::string(bytes.data(), count);
}

void give_line(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  Input& to = input();
  const std::lock_guard lock(to.mutex);
  to.lines.push_back({std::move(line), to.drops});
  to.changed.notify_all();
}

void read_lines() {
  std::string typed;
  while (const auto more = read_some()) {
    typed += *more;
    for (std::size_t end = typed.find('\n'); end != std::string::npos; end = typed.find('\n')) {
      give_line(typed.substr(0, end));
      typed.erase(0, end + 1);
    }
  }
  if (!typed.empty()) give_line(std::move(typed));  // the last line lacks its end
  Input& to = input();
  const std::lock_guard lock(to.mutex);
  to.ended = true;
  to.changed.notify_all();
}

BOOL WINAPI on_event(DWORD event) {
  if (event != CTRL_C_EVENT) return FALSE;
  wake('c');
  return TRUE;
}

}  // namespace

void wake(char reason) {
  Input& to = input();
  const std::lock_guard lock(to.mutex);
  to.reasons.push_back(reason);
  to.changed.notify_all();
}

codex::approvals::ScreenSize terminal_size() {
  codex::approvals::ScreenSize size;
  CONSOLE_SCREEN_BUFFER_INFO info{};
  if (::GetConsoleScreenBufferInfo(::GetStdHandle(STD_OUTPUT_HANDLE), &info) == 0) return size;
  size.columns = info.srWindow.Right - info.srWindow.Left + 1;
  size.rows = info.srWindow.Bottom - info.srWindow.Top + 1;
  return size;
}

struct Keyboard::Impl {
  const bool is_terminal = is_console();
};

Keyboard::Keyboard() : impl_(std::make_unique<Impl>()) {
  ::SetConsoleOutputCP(CP_UTF8);
  ::SetConsoleCtrlHandler(on_event, TRUE);
  std::thread(read_lines).detach();
}

Keyboard::~Keyboard() { ::SetConsoleCtrlHandler(on_event, FALSE); }

bool Keyboard::is_terminal() const { return impl_->is_terminal; }

Keyboard::Event Keyboard::next(bool wants_line) {
  Input& from = input();
  std::unique_lock lock(from.mutex);
  const auto has_line = [&] { return wants_line && (!from.lines.empty() || from.ended); };
  from.changed.wait(lock, [&] { return has_line() || !from.reasons.empty(); });
  if (has_line()) return from.lines.empty() ? Event::end : Event::line;
  const char reason = from.reasons.front();
  from.reasons.pop_front();
  return reason == 'c' ? Event::ctrl_c : Event::woken;
}

Keyboard::Line Keyboard::take_line() {
  Input& from = input();
  const std::lock_guard lock(from.mutex);
  Line line = std::move(from.lines.front());
  from.lines.pop_front();
  return line;
}

int Keyboard::drop_typed() {
  Input& from = input();
  const std::lock_guard lock(from.mutex);
  if (!impl_->is_terminal) return from.drops;
  ::FlushConsoleInputBuffer(standard_input());
  from.lines.clear();
  return ++from.drops;
}

}  // namespace chat
