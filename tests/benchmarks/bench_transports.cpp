// What a socket costs, as ratios to stdio: how long a small request takes, and what the events of a
// turn take of this process's time and of everybody's. The same runtime serves each; rounds
// alternate, so that what else the machine does meets all of them.
//
//     bench_transports [rounds = 7] [requests a round = 300] [deltas of the turn of a round = 2000]

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <codex/codex.hpp>
#include <codex/runtime_server.hpp>

#include "support/mock_process.hpp"

namespace {

using Microseconds = std::chrono::duration<double, std::micro>;
using Clock = std::chrono::steady_clock;

double processor_microseconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto microseconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

/// A client, and what it measured in each round.
struct Reached {
  const char* transport;
  codex::Codex client;
  codex::Thread thread;
  std::vector<double> request = {};    ///< the median of each round
  std::vector<double> processor = {};  ///< of this process, for an event
  std::vector<double> wall = {};       ///< for an event
};

Reached reach(const char* transport, const codex::CodexConfig& config) {
  codex::Codex client(config);
  codex::Thread thread = client.thread_start();
  (void)thread.run("warm up");
  return {.transport = transport, .client = std::move(client), .thread = std::move(thread)};
}

void measure_requests(Reached& reached, int requests) {
  std::vector<double> times;
  for (int i = 0; i < requests; ++i) {
    const auto begin = Clock::now();
    (void)reached.client.request("thread/loaded/list");
    times.push_back(Microseconds(Clock::now() - begin).count());
  }
  reached.request.push_back(median(std::move(times)));
}

void measure_events(Reached& reached) {
  const double before = processor_microseconds();
  const auto begin = Clock::now();
  double events = 0;
  codex::TurnHandle turn = reached.thread.turn("hello");
  for (const codex::Notification& event : turn.stream()) {
    (void)event;
    ++events;
  }
  reached.wall.push_back(Microseconds(Clock::now() - begin).count() / events);
  reached.processor.push_back((processor_microseconds() - before) / events);
}

codex::RuntimeServerOptions server_options(const codex::CodexConfig& config, const char* listen) {
  codex::RuntimeServerOptions options{
      .codex_bin = config.codex_bin, .cwd = config.cwd, .env = config.env};
  if (listen != nullptr) options.listen = listen;
  return options;
}

int argument(int count, char** arguments, int index, int otherwise) {
  return count > index ? std::atoi(arguments[index]) : otherwise;
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = argument(count, arguments, 1, 7);
  const int requests = argument(count, arguments, 2, 300);
  const int deltas = argument(count, arguments, 3, 2000);
  const codex::testing::MockProcess mock([deltas](const codex::testing::ModelRequest&) {
    return codex::testing::Reply{}.deltas(std::vector<std::string>(deltas, "word "));
  });
  const codex::RuntimeServer on_socket(server_options(mock.config(), nullptr));
  const codex::RuntimeServer on_tcp(server_options(mock.config(), "ws://127.0.0.1:0"));
  std::vector<Reached> all;
  all.push_back(reach("stdio", mock.config()));
  all.push_back(reach("unix", on_socket.config()));
  all.push_back(reach("ws", on_tcp.config()));
  for (int round = 0; round < rounds; ++round) {
    for (Reached& reached : all) {
      measure_requests(reached, requests);
      measure_events(reached);
    }
  }
  std::printf("%-6s %22s %28s %22s\n", "", "a request", "own processor, an event", "an event");
  for (const Reached& reached : all) {
    const auto show = [](const std::vector<double>& values, const std::vector<double>& stdio) {
      std::printf("  %9.1f us (%5.2f x)", median(values), median(values) / median(stdio));
    };
    std::printf("%-6s", reached.transport);
    show(reached.request, all.front().request);
    show(reached.processor, all.front().processor);
    show(reached.wall, all.front().wall);
    std::printf("\n");
  }
}
