#include <atomic>
#include <chrono>
#include <csignal>
#include <pthread.h>

#include <doctest/doctest.h>

#include "handlers/worker_pool.hpp"

namespace codex::testing {

using codex::detail::WorkerPool;
using namespace std::chrono_literals;

TEST_CASE("tasks take the signals that the pool's maker takes") {
  WorkerPool pool(1, 1);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::atomic<int> is_blocked = -1;
  const bool posted = pool.post([&] {
    sigset_t mine;
    pthread_sigmask(SIG_SETMASK, nullptr, &mine);
    is_blocked = sigismember(&mine, SIGINT);
  });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  CHECK(posted);
  CHECK(pool.finish(20s) == 0);
  CHECK(is_blocked == 0);
}

}  // namespace codex::testing
