#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "queue.hpp"

namespace fleet {

/// Keeps a job for this worker while its turn runs: a thread tells the server three times per
/// lease that the work goes on, and looks whether another worker has taken the job over, which
/// happens when this machine was asleep or cut off for longer than the lease.
class Lease {
 public:
  /// The others must outlive it.
  Lease(Queue& queue, const Taken& taken, std::string job, Claimed claimed,
        std::chrono::milliseconds lease);

  /// Stops when another worker has the job.
  [[nodiscard]] std::stop_token lost() const { return lost_.get_token(); }
  /// The thread in which the job has begun; empty before.
  [[nodiscard]] std::string thread() const;
  /// So that the next worker can go on there.
  void remember(const std::string& thread);

 private:
  void keep(const std::stop_token& stop, std::chrono::milliseconds pause);
  void say_that_it_goes_on();

  Queue& queue_;
  const Taken& taken_;
  const std::string job_;
  mutable std::mutex mutex_;  // of the claim
  std::condition_variable_any pause_;
  Claimed claimed_;
  std::stop_source lost_;
  std::jthread keeper_;  // last: it uses the others
};

}  // namespace fleet
