#include <csignal>
#include <functional>
#include <mutex>

#include "testing/sigpipe.hpp"

namespace codex::testing::detail {

namespace {

class KeepSigpipe {
 public:
  KeepSigpipe() { ::sigaction(SIGPIPE, nullptr, &before_); }
  ~KeepSigpipe() { ::sigaction(SIGPIPE, &before_, nullptr); }
  KeepSigpipe(const KeepSigpipe&) = delete;
  KeepSigpipe(KeepSigpipe&&) = delete;
  KeepSigpipe& operator=(const KeepSigpipe&) = delete;
  KeepSigpipe& operator=(KeepSigpipe&&) = delete;

 private:
  struct sigaction before_ = {};
};

}  // namespace

void run_keeping_sigpipe(const std::function<void()>& work) {
  // Two at once could each save the other's change as the original.
  static std::mutex one_at_a_time;
  const std::lock_guard lock(one_at_a_time);
  const KeepSigpipe keep;
  work();
}

void block_sigpipe_in_this_thread() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

}  // namespace codex::testing::detail
