#pragma once

#include <cctype>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <set>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <thread>

#include "os/descriptor.hpp"
#include "os/platform.hpp"
#include "transport/byte_stream.hpp"

namespace codex::testing {

/// Watches a process that is no child of ours for its end.
class ProcessWatch {
 public:
  explicit ProcessWatch(pid_t process) : watch_(codex::detail::open_exit_watch(process)) {
    if (!watch_.is_open()) throw std::runtime_error("there is no such process");
  }

  /// Waits for the end; false when it has not come by the deadline.
  [[nodiscard]] bool ends_by(codex::detail::TimePoint deadline) const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - codex::detail::Clock::now());
    pollfd polled{.fd = watch_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, static_cast<int>(left.count())) == 1;
  }

 private:
  codex::detail::Descriptor watch_;
};

/// The processes whose parent is this one, zombies included.
inline std::set<int> children_of(pid_t parent) {
  std::set<int> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::isdigit(entry.path().filename().string()[0]) == 0) continue;
    std::ifstream stat(entry.path() / "stat");
    std::string text;
    std::getline(stat, text);  // nothing if it has ended meanwhile
    const auto end = text.rfind(')');
    if (end == std::string::npos) continue;
    char state = 0;
    int its_parent = 0;
    if (std::sscanf(text.c_str() + end + 1, " %c %d", &state, &its_parent) == 2 &&
        its_parent == parent) {
      out.insert(std::stoi(text));
    }
  }
  return out;
}

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
