#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <forward_list>
#include <mutex>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include <codex/errors.hpp>
#include <codex/stop_on_signal.hpp>

#include "os/platform.hpp"
#include "task/owner_process.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"

namespace codex {
namespace detail {

struct SignalListener {
  [[nodiscard]] bool hears(int signal) const { return std::ranges::count(signals, signal) > 0; }

  std::vector<int> signals;
  std::stop_source source;
  std::atomic<int> arrived = 0;
  OwnerProcess owner;
};

namespace {

using Action = struct sigaction;

// What the handler reads. It stays valid for ever: the handler may still run on some thread when
// the last listener is gone.
struct Watched {
  std::atomic<const Action*> former;  // what the program had; null while we have not listened
  std::atomic<const Action*> below;   // what it had before, where `former` may call our handler
  std::atomic<bool> next_stops;       // else the next one is the program's own
};
std::array<Watched, NSIG> watched;
std::atomic<int> to_thread = -1;
std::atomic<pid_t> our_process = 0;
const Action by_default{};
constexpr int for_one_signal = static_cast<int>(SA_RESETHAND);

bool is_default(const Action& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

void call(const Action& action, int signal, siginfo_t* info, void* context) {
  if ((action.sa_flags & SA_SIGINFO) != 0) return action.sa_sigaction(signal, info, context);
  if (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN) action.sa_handler(signal);
}

// The signals whose handlers of the program's we have called on this thread, and the frame of the
// first. A handler may call ours in turn, if it was installed later. One that leaves by longjmp
// leaves its bit behind, until a frame is above the first. The model keeps this from allocating
// within a handler; memory of that kind is scarce, so it is small.
struct Calling {
  std::uint64_t signals = 0;  // a bit each
  const char* outermost = nullptr;
};
[[gnu::tls_model("initial-exec")]] thread_local Calling calling;

void as_the_program_would(int signal, siginfo_t* info, void* context) {
  auto& entry = watched[static_cast<std::size_t>(signal)];
  // Not a variable's address: ASan keeps those elsewhere.
  const auto* const here = static_cast<const char*>(__builtin_frame_address(0));
  const std::uint64_t bit = std::uint64_t{1} << (signal - 1);
  if (here >= calling.outermost) calling = {.outermost = here};
  if ((calling.signals & bit) != 0) {
    if (const Action* const below = entry.below.load()) call(*below, signal, info, context);
    return;
  }
  const Action& former = *entry.former.load(std::memory_order_acquire);
  if ((former.sa_flags & for_one_signal) != 0) entry.former.store(&by_default);
  calling.signals |= bit;
  call(former, signal, info, context);
  calling.signals &= ~bit;
  if (calling.signals == 0) calling.outermost = nullptr;
}

void handle(int signal, siginfo_t* info, void* context) {
  const int kept_errno = errno;
  auto& entry = watched[static_cast<std::size_t>(signal)];
  // A child of fork may get a signal before its handlers are put back.
  const bool is_child = our_process.load(std::memory_order_acquire) != ::getpid();
  const bool stops = !is_child && entry.next_stops.exchange(false);
  if (stops) (void)!::write(to_thread.load(std::memory_order_acquire), &signal, sizeof signal);
  if (!is_default(*entry.former.load(std::memory_order_acquire))) {
    as_the_program_would(signal, info, context);
  } else if (!stops) {
    ::sigaction(signal, &by_default, nullptr);
    ::raise(signal);  // it is blocked until this handler returns
  }
  errno = kept_errno;
}

bool is_ours(const Action& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == handle;
}

void put_back(int signal) noexcept {
  const Action* const former = watched[static_cast<std::size_t>(signal)].former.load();
  Action now{};
  ::sigaction(signal, nullptr, &now);
  if (former && is_ours(now)) ::sigaction(signal, former, nullptr);
}

void put_all_back_in_child() {
  for (int signal = 1; signal < NSIG; ++signal) put_back(signal);
}

bool can_stop(int signal) {
  // A handler that returns from a fault runs into it again; the others end no program by default.
  static constexpr std::array never = {SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,
                                       SIGABRT, SIGTRAP, SIGSYS,  SIGCHLD, SIGCONT, SIGURG,
                                       SIGTSTP, SIGTTIN, SIGTTOU, SIGWINCH};
  return signal > 0 && signal < NSIG && !std::ranges::count(never, signal);
}

void check(const std::vector<int>& signals) {
  if (signals.empty()) throw CodexError("StopOnSignal names no signal, such as SIGINT");
  for (const int signal : signals) {
    if (can_stop(signal)) continue;
    throw CodexError("StopOnSignal cannot stop on signal " + std::to_string(signal) +
                     ": take one that asks a program to end, such as SIGINT or SIGTERM");
  }
}

CodexError system_error(const std::string& what) {
  return CodexError("StopOnSignal cannot " + what + ": " + std::strerror(errno));
}

/// All listeners of this process, and the thread that requests their stops.
class Signals {
 public:
  /// A child of fork has its own: the thread of its parent is not there, and a lock may be held.
  static Signals& of_this_process() {
    static std::atomic<Signals*> current = nullptr;
    Signals* found = current.load();
    while (!found || !found->owner_.is_this()) {
      auto* const fresh = new Signals();  // never destroyed: see `watched`
      if (current.compare_exchange_strong(found, fresh)) return *fresh;
      delete fresh;
    }
    return *found;
  }

  void add(const std::shared_ptr<SignalListener>& listener) {
    const std::scoped_lock lock(mutex_);
    start();
    listeners_.push_back(listener);
    try {
      for (const int signal : listener->signals) watch(signal);
    } catch (...) {
      drop(listener);
      throw;
    }
  }

  void remove(const std::shared_ptr<SignalListener>& listener) {
    const std::scoped_lock lock(mutex_);
    drop(listener);
  }

 private:
  // With the mutex held. The thread stays for the next object: one that ends with the last object
  // could not be waited for where a stop of its own ends that.
  void start() {
    if (reader_ >= 0) return;
    int ends[2];
    if (!make_pipe(ends)) throw system_error("open a pipe");
    try {
      start_thread("listen for signals", [this, reader = ends[0]] { listen(reader); }).detach();
    } catch (...) {
      for (const int end : ends) ::close(end);
      throw;
    }
    reader_ = ends[0];
    to_thread.store(ends[1], std::memory_order_release);
    our_process.store(::getpid(), std::memory_order_release);
    static const int in_children = ::pthread_atfork(nullptr, nullptr, put_all_back_in_child);
    (void)in_children;
  }

  // With the mutex held.
  void watch(int signal) {
    auto& entry = watched[static_cast<std::size_t>(signal)];
    Action now{};
    if (::sigaction(signal, nullptr, &now) != 0) throw system_error("look at a signal");
    if (!is_ours(now)) {
      entry.below.store(entry.former.load());
      entry.former.store(&kept(now), std::memory_order_release);
      Action ours{};
      ours.sa_sigaction = handle;
      ours.sa_mask = now.sa_mask;
      // A program without a handler has never seen a call end with EINTR.
      const bool had_none = now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN;
      ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (had_none ? SA_RESTART : now.sa_flags & SA_RESTART);
      if (::sigaction(signal, &ours, nullptr) != 0) throw system_error("handle a signal");
    }
    entry.next_stops.store(true);
  }

  // With the mutex held.
  void drop(const std::shared_ptr<SignalListener>& listener) {
    std::erase(listeners_, listener);
    for (const int signal : listener->signals) {
      if (any_hears(signal)) continue;
      watched[static_cast<std::size_t>(signal)].next_stops.store(false);
      put_back(signal);
    }
  }

  // With the mutex held.
  [[nodiscard]] bool any_hears(int signal) const {
    return std::ranges::any_of(listeners_,
                               [&](const auto& listener) { return listener->hears(signal); });
  }

  // A program has few different handlers, so this stays short.
  const Action& kept(const Action& action) {
    for (const auto& known : formers_) {
      if (std::memcmp(&known, &action, sizeof action) == 0) return known;
    }
    return formers_.emplace_front(action);
  }

  void listen(int reader) {
    block_signals_on_this_thread();
    for (;;) {
      int signal = 0;
      const auto size = ::read(reader, &signal, sizeof signal);
      if (size == sizeof signal) {
        stop_those_who_hear(signal);
      } else if (size >= 0 || errno != EINTR) {
        return;
      }
    }
  }

  void stop_those_who_hear(int signal) {
    std::vector<std::shared_ptr<SignalListener>> hearing;
    {
      const std::scoped_lock lock(mutex_);
      std::ranges::copy_if(listeners_, std::back_inserter(hearing),
                           [&](const auto& listener) { return listener->hears(signal); });
      for (const auto& listener : hearing) {
        int none = 0;
        listener->arrived.compare_exchange_strong(none, signal);
      }
      leave_to_program();
    }
    // Without the lock: it may end another StopOnSignal.
    for (const auto& listener : hearing) listener->source.request_stop();
  }

  // With the mutex held. After SIGINT the next SIGTERM is the program's own as well, unless another
  // listener still waits for it.
  void leave_to_program() {
    const auto waits_for = [&](int signal) {
      return std::ranges::any_of(listeners_, [&](const auto& listener) {
        return listener->arrived == 0 && listener->hears(signal);
      });
    };
    for (int signal = 1; signal < NSIG; ++signal) {
      if (!waits_for(signal)) watched[static_cast<std::size_t>(signal)].next_stops.store(false);
    }
  }

  OwnerProcess owner_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<SignalListener>> listeners_;
  std::forward_list<Action> formers_;
  int reader_ = -1;
};

}  // namespace
}  // namespace detail

StopOnSignal::StopOnSignal(std::initializer_list<int> numbers)
    : listener_(std::make_shared<detail::SignalListener>()) {
  listener_->signals = numbers;
  detail::check(listener_->signals);
  detail::Signals::of_this_process().add(listener_);
}

StopOnSignal::~StopOnSignal() {
  if (listener_->owner.is_this()) detail::Signals::of_this_process().remove(listener_);
}

std::stop_token StopOnSignal::token() const noexcept { return listener_->source.get_token(); }

int StopOnSignal::signal() const noexcept { return listener_->arrived.load(); }

}  // namespace codex
