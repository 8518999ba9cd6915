#pragma once

#include <csignal>
#include <initializer_list>
#include <memory>

#include <codex/stop_token.hpp>

namespace codex {

namespace detail {
struct SignalListener;
}

/// A stop token for signals: `StopOnSignal stop{SIGINT, SIGTERM};`. The first signal requests the
/// stop, from a thread of the SDK, so each wait that has the token ends. The second does what
/// it did before this object: pressing Ctrl-C twice ends the program.
///
/// A handler that the program had is called each time as well. The destructor puts back what was
/// there, unless the program has changed it since. A child of fork has the program's own handlers.
///
/// On Windows there are SIGINT (Ctrl-C), SIGBREAK (Ctrl-Break) and SIGTERM: the console is closed,
/// or the system shuts down and tells this program, as it does services. Both end the program some
/// seconds later. A handler that the program had is called from the second on. `std::raise` stops
/// nothing there.
///
/// A flag that your own handler sets wakes no wait, and `std::stop_source::request_stop` may not be
/// called in a handler: it takes locks. All members are safe from all threads, not from handlers.
class StopOnSignal {
 public:
  /// Listens for these from now on. Throws CodexError where one of them cannot ask for a stop
  /// (SIGKILL; a fault such as SIGSEGV; SIGCHLD and others that end no program), where there is
  /// none, and where the system has no thread or descriptor left.
  StopOnSignal(std::initializer_list<int> numbers);
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;
  ~StopOnSignal();

  /// Stopped by the first signal. It may outlive this object.
  [[nodiscard]] std::stop_token token() const noexcept;
  /// The signal that requested the stop; 0 before it. Shells expect `128 + signal()` as exit code.
  [[nodiscard]] int signal() const noexcept;

 private:
  std::shared_ptr<detail::SignalListener> listener_;
};

}  // namespace codex
