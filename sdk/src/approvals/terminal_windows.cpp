#include <windows.h>

#include <algorithm>
#include <array>
#include <utility>

#include "approvals/terminal.hpp"
#include "os/handle_windows.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

/// An event that is set when a stop is requested.
class StopSignal {
 public:
  explicit StopSignal(const std::stop_token& stop)
      : event_(::CreateEventW(nullptr, TRUE, FALSE, nullptr)), wake_(stop, Wake{*this}) {}

  [[nodiscard]] HANDLE event() const noexcept { return event_.get(); }

 private:
  struct Wake {
    const StopSignal& signal;
    void operator()() const noexcept { ::SetEvent(signal.event()); }
  };

  Handle event_;
  std::stop_callback<Wake> wake_;
};

/// A line as it is typed. The console would edit it, but a stop cannot end its read of a line.
class TypedLine {
 public:
  /// What to show for the key.
  std::wstring take(wchar_t key) {
    if (key == L'\b') return erase();
    if (key < L' ') return {};
    text_ += key;
    return {key};
  }

  [[nodiscard]] std::string text() const { return narrow(text_); }

 private:
  std::wstring erase() {
    if (text_.empty()) return {};
    const bool is_half = IS_LOW_SURROGATE(text_.back());
    text_.pop_back();
    if (is_half && !text_.empty()) text_.pop_back();
    return L"\b \b";
  }

  std::wstring text_;
};

/// The console of this process, opened again: its input may be shared, its modes stay as they are.
class Console final : public Terminal {
 public:
  Console(Handle input, Handle output) noexcept
      : input_(std::move(input)), output_(std::move(output)) {}

  [[nodiscard]] approvals::ScreenSize size() const override {
    approvals::ScreenSize size;
    CONSOLE_SCREEN_BUFFER_INFO info{};
    if (::GetConsoleScreenBufferInfo(output_.get(), &info) == 0) return size;
    size.columns = info.srWindow.Right - info.srWindow.Left + 1;
    size.rows = info.srWindow.Bottom - info.srWindow.Top + 1;
    return size;
  }

  bool drop_typed() override { return ::FlushConsoleInputBuffer(input_.get()) != 0; }

  void write(std::string_view text, const std::stop_token& stop) override {
    if (!stop.stop_requested()) show(wide(text));
  }

  std::optional<std::string> read_line(const std::stop_token& stop) override {
    const StopSignal signal(stop);
    TypedLine line;
    while (wait_for_input(signal)) {
      INPUT_RECORD record{};
      DWORD count = 0;
      if (::ReadConsoleInputW(input_.get(), &record, 1, &count) == 0) break;
      const auto& key = record.Event.KeyEvent;
      if (count == 0 || record.EventType != KEY_EVENT || key.bKeyDown == 0) continue;
      if (key.uChar.UnicodeChar == L'\r') {
        show(L"\r\n");
        return line.text();
      }
      if (key.uChar.UnicodeChar == end_of_input) break;
      for (WORD again = 0; again < key.wRepeatCount; ++again) {
        show(line.take(key.uChar.UnicodeChar));
      }
      if (line.text().size() >= max_typed_line) break;
    }
    return std::nullopt;
  }

 private:
  static constexpr wchar_t end_of_input = 0x1a;  // Ctrl-Z

  /// False if a stop is requested first.
  [[nodiscard]] bool wait_for_input(const StopSignal& signal) const {
    const std::array<HANDLE, 2> waiting{signal.event(), input_.get()};
    return signal.event() != nullptr &&
           ::WaitForMultipleObjects(waiting.size(), waiting.data(), FALSE, INFINITE) ==
               WAIT_OBJECT_0 + 1;
  }

  void show(std::wstring_view text) const {
    while (!text.empty()) {
      DWORD count = 0;
      const auto piece = static_cast<DWORD>(std::min(text.size(), most_at_once));
      if (::WriteConsoleW(output_.get(), text.data(), piece, &count, nullptr) == 0) return;
      if (count == 0) return;
      text.remove_prefix(count);
    }
  }

  static constexpr std::size_t most_at_once = 8192;  // a console has little memory

  Handle input_;
  Handle output_;
};

Handle open_console(const wchar_t* name) {
  return Handle(::CreateFileW(name, GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr, OPEN_EXISTING, 0,
                              nullptr));
}

}  // namespace

std::unique_ptr<Terminal> open_process_terminal() {
  DWORD mode = 0;
  if (::GetConsoleMode(::GetStdHandle(STD_INPUT_HANDLE), &mode) == 0) return nullptr;
  Handle input = open_console(L"CONIN$");
  Handle output = open_console(L"CONOUT$");
  if (!input.is_open() || !output.is_open()) return nullptr;
  return std::make_unique<Console>(std::move(input), std::move(output));
}

}  // namespace codex::detail
