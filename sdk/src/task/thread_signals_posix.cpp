#include <csignal>
#include <initializer_list>
#include <pthread.h>

#include "task/thread_signals.hpp"

namespace codex::detail {

void block_signals_on_this_thread() noexcept {
  sigset_t signals;
  sigfillset(&signals);
  // These report a fault of this thread itself.
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    sigdelset(&signals, fault);
  }
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::function<void()> signals_of_this_thread() {
  sigset_t signals;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &signals);
  return [signals] { ::pthread_sigmask(SIG_SETMASK, &signals, nullptr); };
}

}  // namespace codex::detail
