#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <sys/types.h>
#include <thread>

#include "transport/descriptor.hpp"
#include "transport/platform.hpp"
#include "transport/transport.hpp"

namespace codex::testing {

/// Watches a process that is no child of ours for its end.
class ProcessWatch {
 public:
  explicit ProcessWatch(pid_t process) : watch_(codex::detail::open_exit_watch(process)) {
    if (!watch_.is_open()) throw std::runtime_error("there is no such process");
  }

  /// Waits for the end; false when it has not come by the deadline.
  [[nodiscard]] bool ends_by(codex::detail::TimePoint deadline) const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - codex::detail::Clock::now());
    pollfd polled{.fd = watch_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, static_cast<int>(left.count())) == 1;
  }

 private:
  codex::detail::Descriptor watch_;
};

inline std::ptrdiff_t count_entries(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder),
                       std::filesystem::directory_iterator());
}

inline std::ptrdiff_t open_descriptors() { return count_entries("/proc/self/fd"); }

/// A thread is listed for a moment after it was joined.
inline std::ptrdiff_t running_threads() {
  // The thread sanitizer starts a thread of its own beside the first of ours.
  static const bool first_thread_started = (std::thread([] {}).join(), true);
  (void)first_thread_started;
  return count_entries("/proc/self/task");
}

}  // namespace codex::testing
