#include <windows.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <process.h>
#include <utility>

#include <codex/errors.hpp>

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

/// Work that blocks in the system, on a thread of its own.
class Background {
 public:
  explicit Background(std::function<void()> work) : work_(std::move(work)) {
    thread_ =
        Handle(reinterpret_cast<HANDLE>(::_beginthreadex(nullptr, 0, run, &work_, 0, nullptr)));
    if (!thread_.is_open()) throw CodexError("Cannot show a question: there is no thread for it");
  }
  ~Background() { ::WaitForSingleObject(thread_.get(), INFINITE); }
  Background(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(const Background&) = delete;
  Background& operator=(Background&&) = delete;

  /// Signalled when the work is done.
  [[nodiscard]] HANDLE thread() const noexcept { return thread_.get(); }

  /// Again and again, as it may not have begun to block.
  void cancel() const noexcept {
    while (::WaitForSingleObject(thread_.get(), cancel_period_ms) == WAIT_TIMEOUT) {
      ::CancelSynchronousIo(thread_.get());
    }
  }

 private:
  static constexpr DWORD cancel_period_ms = 10;

  static unsigned __stdcall run(void* work) {
    (*static_cast<std::function<void()>*>(work))();
    return 0;
  }

  std::function<void()> work_;
  Handle thread_;
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
    show(wide(text), StopSignal(stop));
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
        show(L"\r\n", signal);
        if (has_failed_) break;
        return line.text();
      }
      if (key.uChar.UnicodeChar == end_of_input) break;
      std::wstring shown;
      for (WORD n = 0; n < key.wRepeatCount && line.text().size() < max_typed_line; ++n) {
        shown += line.take(key.uChar.UnicodeChar);
      }
      show(shown, signal);
      if (line.text().size() >= max_typed_line) break;
    }
    return std::nullopt;
  }

 private:
  static constexpr wchar_t end_of_input = 0x1a;  // Ctrl-Z

  /// False if a stop is requested first, or if the person could not see everything.
  [[nodiscard]] bool wait_for_input(const StopSignal& signal) const {
    const std::array<HANDLE, 2> waiting{signal.event(), input_.get()};
    return !has_failed_ && signal.event() != nullptr && wait_for(waiting) == WAIT_OBJECT_0 + 1;
  }

  /// While the person selects text, the console takes none: a stop ends that wait.
  void show(const std::wstring& text, const StopSignal& signal) {
    if (text.empty() || has_failed_) return;
    if (signal.event() == nullptr || ::WaitForSingleObject(signal.event(), 0) == WAIT_OBJECT_0) {
      has_failed_ = true;
      return;
    }
    std::atomic<bool> is_stopped = false;
    bool is_shown = false;
    const Background writer([&] { is_shown = show_all(text, is_stopped); });
    if (wait_for({writer.thread(), signal.event()}) != WAIT_OBJECT_0) {
      is_stopped = true;
      writer.cancel();
    }
    has_failed_ = !is_shown;
  }

  [[nodiscard]] bool show_all(std::wstring_view text, const std::atomic<bool>& is_stopped) const {
    while (!text.empty()) {
      DWORD count = 0;
      const auto piece = static_cast<DWORD>(std::min(text.size(), most_at_once));
      const BOOL has_succeeded =
          ::WriteConsoleW(output_.get(), text.data(), piece, &count, nullptr);
      if (has_succeeded == 0 || count == 0 || is_stopped) return false;
      text.remove_prefix(count);
    }
    return true;
  }

  static DWORD wait_for(const std::array<HANDLE, 2>& waiting) {
    return ::WaitForMultipleObjects(static_cast<DWORD>(waiting.size()), waiting.data(), FALSE,
                                    INFINITE);
  }

  static constexpr std::size_t most_at_once = 8192;  // a console has little memory

  Handle input_;
  Handle output_;
  bool has_failed_ = false;  // to show something: what the person says then is no answer
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
