#include <windows.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <codex/errors.hpp>
#include <codex/stop_on_signal.hpp>

namespace codex {
namespace detail {

struct SignalListener {
  [[nodiscard]] bool hears(int signal) const { return std::ranges::count(signals, signal) > 0; }
  [[nodiscard]] bool waits_for(int signal) const { return arrived == 0 && hears(signal); }

  std::vector<int> signals;
  std::stop_source source;
  std::atomic<int> arrived = 0;
};

namespace {

int signal_of(DWORD event) {
  if (event == CTRL_C_EVENT) return SIGINT;
  return event == CTRL_BREAK_EVENT ? SIGBREAK : SIGTERM;
}

bool can_stop(int signal) { return signal == SIGINT || signal == SIGBREAK || signal == SIGTERM; }

void check(const std::vector<int>& signals) {
  if (signals.empty()) throw CodexError("StopOnSignal names no signal, such as SIGINT");
  for (const int signal : signals) {
    if (can_stop(signal)) continue;
    throw CodexError("StopOnSignal cannot stop on signal " + std::to_string(signal) +
                     ": on Windows take SIGINT, SIGBREAK or SIGTERM");
  }
}

/// All listeners of this process.
class Signals {
 public:
  static Signals& of_this_process() {
    static auto* const only = new Signals();  // never destroyed: an event may come at the very end
    return *only;
  }

  void add(const std::shared_ptr<SignalListener>& listener) {
    if (!is_first(listener)) return;
    // Without our lock: Windows holds one of its own while handlers run. Another console since, and
    // the handler is gone; else it is there once.
    ::SetConsoleCtrlHandler(handle, FALSE);
    if (::SetConsoleCtrlHandler(handle, TRUE) != 0) return;
    const DWORD error = ::GetLastError();
    remove(listener);
    throw CodexError("StopOnSignal cannot handle a signal: error " + std::to_string(error));
  }

  /// The handler stays, and leaves each event to the program's own: to take it away would wait for
  /// those that run, one of which may wait for this thread.
  void remove(const std::shared_ptr<SignalListener>& listener) {
    const std::scoped_lock lock(mutex_);
    std::erase(listeners_, listener);
  }

 private:
  /// Whether it is the only one now.
  bool is_first(const std::shared_ptr<SignalListener>& listener) {
    const std::scoped_lock lock(mutex_);
    listeners_.push_back(listener);
    return listeners_.size() == 1;
  }

  static BOOL WINAPI handle(DWORD event) {
    if (event == CTRL_LOGOFF_EVENT) return FALSE;  // services get it when any user logs off
    if (!of_this_process().stop_those_who_hear(signal_of(event))) return FALSE;
    // Windows ends this process when the handler returns from these, or after some seconds.
    if (signal_of(event) == SIGTERM) ::Sleep(INFINITE);
    return TRUE;
  }

  /// False if nobody waits for it any more: the event is the program's own, as after SIGINT the
  /// next SIGTERM is.
  bool stop_those_who_hear(int signal) {
    std::vector<std::shared_ptr<SignalListener>> hearing;
    {
      const std::scoped_lock lock(mutex_);
      const auto waits = [&](const auto& listener) { return listener->waits_for(signal); };
      std::ranges::copy_if(listeners_, std::back_inserter(hearing), waits);
      for (const auto& listener : hearing) listener->arrived = signal;
    }
    // Without the lock: it may end another StopOnSignal.
    for (const auto& listener : hearing) listener->source.request_stop();
    return !hearing.empty();
  }

  std::mutex mutex_;
  std::vector<std::shared_ptr<SignalListener>> listeners_;
};

}  // namespace
}  // namespace detail

StopOnSignal::StopOnSignal(std::initializer_list<int> signals)
    : listener_(std::make_shared<detail::SignalListener>()) {
  listener_->signals = signals;
  detail::check(listener_->signals);
  detail::Signals::of_this_process().add(listener_);
}

StopOnSignal::~StopOnSignal() { detail::Signals::of_this_process().remove(listener_); }

std::stop_token StopOnSignal::token() const noexcept { return listener_->source.get_token(); }

int StopOnSignal::signal() const noexcept { return listener_->arrived.load(); }

}  // namespace codex
