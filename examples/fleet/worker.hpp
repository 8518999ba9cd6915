#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include <codex/codex.hpp>

#include "lease.hpp"
#include "queue.hpp"

namespace fleet {

struct WorkerOptions {
  std::size_t at_once = 1;
  std::chrono::seconds lease{30};
  std::uint64_t attempts = 5;
};

/// Takes jobs until it is stopped. Each of its threads has a runtime of its own, so one that ends
/// costs one attempt at one job.
class Worker {
 public:
  Worker(Queue& queue, codex::CodexConfig config, WorkerOptions options, std::stop_token stop);

  /// Returns after the stop; jobs that run then are given back at once.
  void run();

 private:
  using Runtime = std::optional<codex::Codex>;

  void take_jobs();
  void handle(Runtime& runtime, const Taken& taken);
  void attempt(Runtime& runtime, const Taken& taken, const Job& job, Claimed claimed);
  [[nodiscard]] Result work(Runtime& runtime, const Job& job, Lease& lease);
  void publish(const Taken& taken, Result result);
  static void end(const Taken& taken);
  void give_back(const Taken& taken, const Job& job, const std::string& reason);
  void say(const std::string& line);

  Queue& queue_;
  const codex::CodexConfig config_;
  const WorkerOptions options_;
  const std::stop_token stop_;
  const std::string name_;
  std::mutex output_;
};

}  // namespace fleet
