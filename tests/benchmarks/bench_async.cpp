// The cost of a waiting turn in memory and threads, and of its events in time: as a coroutine of
// AsyncCodex, and on its own thread with Codex. A scripted server plays the runtime in a separate
// process, so that this one has only the SDK and its user.
//
//     bench_async [sync|async] [turns at once = 1000] [deltas for each turn = 20]

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <latch>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

namespace {

using Seconds = std::chrono::duration<double>;
using Clock = std::chrono::steady_clock;

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream in("/proc/self/statm");
  double size = 0;
  double resident = 0;
  in >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::ptrdiff_t running_threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

/// Plays the runtime until the other end of `lifeline` is closed. Does not return. Each turn says
/// one delta, and the rest after a request "go".
[[noreturn]] void serve(int out, int lifeline, int deltas) {
  using codex::testing::Answer;
  {
    codex::testing::ScriptedServer server;
    const codex::testing::Gate gate;
    const std::vector<std::string> pieces(static_cast<std::size_t>(deltas), "word ");
    server.once("turn/start", Answer{}.turn("warm"));
    server.on("turn/start",
              Answer{}.begin_turn().say("begun").wait_for(gate).say_deltas(pieces).end_turn());
    server.on("go", [gate](const codex::Json&) {
      gate.open();
      return Answer{}.result();
    });
    const codex::CodexConfig config = server.config();
    for (const std::string& argument : config.launch_args_override) {
      const std::string line = argument + "\n";
      if (::write(out, line.data(), line.size()) < 0) std::_Exit(1);
    }
    ::close(out);
    char byte = 0;
    while (::read(lifeline, &byte, 1) > 0) {
    }
  }
  std::_Exit(0);
}

codex::CodexConfig read_config(int in) {
  std::vector<std::string> arguments(1);
  char byte = 0;
  while (::read(in, &byte, 1) == 1) {
    if (byte == '\n') {
      arguments.emplace_back();
    } else {
      arguments.back() += byte;
    }
  }
  arguments.pop_back();
  codex::CodexConfig config;
  config.launch_args_override = arguments;
  config.request_timeout = std::chrono::minutes(5);
  return config;
}

/// How far all turns are together.
struct Progress {
  explicit Progress(std::ptrdiff_t turns) : all_wait(turns), all_done(turns) {}
  std::latch all_wait;
  std::latch all_done;
  std::atomic<std::size_t> events = 0;

  void count(const codex::Notification& event) {
    ++events;
    if (event.method() == "item/completed" && event.params().find("begun") != std::string::npos) {
      all_wait.count_down();
    }
  }
};

/// Measures the turns that `begin` starts and that continue after `go`.
template <class Begin, class Go>
void measure(const char* name, int turns, Progress& progress, Begin begin, Go go) {
  const double bytes = resident_bytes();
  const auto threads = running_threads();
  begin();
  progress.all_wait.wait();
  const double waiting_bytes = resident_bytes() - bytes;
  const auto more_threads = running_threads() - threads;
  const std::size_t before = progress.events;
  const double processor = processor_seconds();
  const auto start = Clock::now();
  go();
  progress.all_done.wait();
  const double wall = Seconds(Clock::now() - start).count();
  const double own = processor_seconds() - processor;
  const auto events = static_cast<double>(progress.events - before);
  std::printf(
      "%s, %d turns at once: %.1f KiB for each that waits, %td more threads; "
      "%.0f events in %.3f s: %.2f us each, %.2f us of it processor time of this process\n",
      name, turns, waiting_bytes / turns / 1024, more_threads, events, wall, wall / events * 1e6,
      own / events * 1e6);
}

codex::Task<void> follow_turn(codex::AsyncCodex& codex, Progress& progress) {
  codex::AsyncThread thread = co_await codex.thread_start();
  auto start = thread.turn("hello");
  codex::AsyncTurnHandle turn = co_await start;
  auto stream = turn.stream();
  while (const auto event = co_await stream.next()) progress.count(*event);
  (void)co_await turn.run();
  progress.all_done.count_down();
}

void run_async(const codex::CodexConfig& config, int turns) {
  codex::AsyncCodex codex(config);
  Progress progress(turns);
  codex::TaskScope scope;
  auto thread = codex::sync_wait(codex.thread_start());
  (void)codex::sync_wait(thread.run("warm up"));
  measure(
      "async", turns, progress,
      [&] {
        for (int i = 0; i < turns; ++i) scope.spawn(follow_turn(codex, progress));
      },
      [&] { (void)codex::sync_wait(codex.request("go")); });
  codex::sync_wait(scope.join());
}

void run_sync(const codex::CodexConfig& config, int turns) {
  codex::Codex codex(config);
  Progress progress(turns);
  std::vector<std::jthread> workers;
  (void)codex.thread_start().run("warm up");
  measure(
      "sync", turns, progress,
      [&] {
        for (int i = 0; i < turns; ++i) {
          workers.emplace_back([&] {
            auto turn = codex.thread_start().turn("hello");
            for (const codex::Notification& event : turn.stream()) progress.count(event);
            (void)turn.run();
            progress.all_done.count_down();
          });
        }
      },
      [&] { (void)codex.request("go"); });
}

}  // namespace

int main(int count, char** arguments) {
  const bool is_sync = count > 1 && std::string(arguments[1]) == "sync";
  const int turns = count > 2 ? std::atoi(arguments[2]) : 1000;
  const int deltas = count > 3 ? std::atoi(arguments[3]) : 20;
  int configuration[2];
  int lifeline[2];
  if (::pipe(configuration) != 0 || ::pipe(lifeline) != 0) return 1;
  const pid_t server = ::fork();
  if (server == 0) {
    ::close(lifeline[1]);
    serve(configuration[1], lifeline[0], deltas);
  }
  ::close(configuration[1]);
  ::close(lifeline[0]);
  const codex::CodexConfig config = read_config(configuration[0]);
  is_sync ? run_sync(config, turns) : run_async(config, turns);
  ::close(lifeline[1]);
  ::waitpid(server, nullptr, 0);
}
