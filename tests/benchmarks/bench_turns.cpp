// How long a turn takes when many run at once on one client, and how much of its processor time is
// the SDK's: the mock model is a separate process, so that this one has only the SDK and its user.
//
//     bench_turns [threads = 64] [turns for each = 8] [deltas for each turn = 20] [async]
//
// With `async`, coroutines on one thread replace the threads.

#include <algorithm>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>

#include "support/mock_process.hpp"

namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

double processor_seconds(int who) {
  rusage usage{};
  ::getrusage(who, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

int argument(int count, char** arguments, int index, int otherwise) {
  return count > index ? std::atoi(arguments[index]) : otherwise;
}

/// On a busy machine the runtime does not always reach the mock.
void leave_out(const codex::TurnFailedError& error) {
  std::fprintf(stderr, "left out: %s\n", error.what());
}

codex::Task<void> take_turns(codex::AsyncThread thread, int turns, std::vector<double>& times) {
  for (int i = 0; i < turns; ++i) {
    const auto begin = Clock::now();
    auto run = thread.run("hello");
    try {
      (void)co_await run;
      times.push_back(Seconds(Clock::now() - begin).count());
    } catch (const codex::TurnFailedError& error) {
      leave_out(error);
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = argument(count, arguments, 1, 64);
  const int turns = argument(count, arguments, 2, 8);
  const int deltas = argument(count, arguments, 3, 20);
  const bool is_async = count > 4 && std::string(arguments[4]) == "async";
  codex::testing::MockProcess mock([deltas](const codex::testing::ModelRequest&) {
    return codex::testing::Reply{}.deltas(std::vector<std::string>(deltas, "word "));
  });

  std::vector<double> times;
  double wall = 0;
  double own = 0;
  const auto measured = [&](const auto& all_turns) {
    const auto begin = Clock::now();
    const double before = processor_seconds(RUSAGE_SELF);
    all_turns();
    wall = Seconds(Clock::now() - begin).count();
    own = processor_seconds(RUSAGE_SELF) - before;
  };
  if (is_async) {
    codex::AsyncCodex codex(mock.config());
    std::vector<codex::Task<codex::AsyncThread>> starts;
    for (int i = 0; i < threads; ++i) starts.push_back(codex.thread_start());
    const auto opened = codex::sync_wait(codex::when_all(std::move(starts)));
    std::vector<codex::Task<void>> runs;
    for (const auto& thread : opened) runs.push_back(take_turns(thread, turns, times));
    measured([&] { (void)codex::sync_wait(codex::when_all(std::move(runs))); });
  } else {
    codex::Codex codex(mock.config());
    std::vector<std::vector<double>> per_thread(threads);
    std::barrier ready(threads + 1);
    std::vector<std::jthread> workers;
    for (auto& mine : per_thread) {
      workers.emplace_back([&] {
        auto thread = codex.thread_start();
        ready.arrive_and_wait();
        for (int i = 0; i < turns; ++i) {
          const auto begin = Clock::now();
          try {
            (void)thread.run("hello");
            mine.push_back(Seconds(Clock::now() - begin).count());
          } catch (const codex::TurnFailedError& error) {
            leave_out(error);
          }
        }
      });
    }
    ready.arrive_and_wait();
    measured([&] { workers.clear(); });
    for (const auto& mine : per_thread) times.insert(times.end(), mine.begin(), mine.end());
  }
  mock.end();
  const double others = processor_seconds(RUSAGE_CHILDREN);

  if (times.empty()) return 1;
  std::sort(times.begin(), times.end());
  const auto quantile = [&](double share) {
    return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))] * 1e3;
  };
  std::printf("%zu turns of %d deltas on %d %s in %.2f s: %.2f ms a turn over all\n", times.size(),
              deltas, threads, is_async ? "coroutines" : "threads", wall,
              wall / static_cast<double>(times.size()) * 1e3);
  std::printf("one turn: median %.1f ms, 95%% %.1f ms, longest %.1f ms\n", quantile(0.5),
              quantile(0.95), quantile(1));
  std::printf(
      "processor time: SDK and caller %.3f s (%.3f ms a turn), runtime and mock %.2f s; "
      "the SDK's share %.1f %%\n",
      own, own / static_cast<double>(times.size()) * 1e3, others, own / (own + others) * 100);
}
