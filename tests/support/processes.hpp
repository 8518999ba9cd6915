#pragma once

#include <algorithm>
#include <cctype>
#include <chrono>
#include <csignal>
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

/// What /proc says of a process: its state, its parent and more; nothing if it is gone.
inline std::string status_of(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto end = text.rfind(')');  // of its name
  return end == std::string::npos ? "" : text.substr(std::min(end + 2, text.size()));
}

/// Watches a process that is no child of ours for its end.
class ProcessWatch {
 public:
  explicit ProcessWatch(pid_t process)
      : process_(process), watch_(codex::detail::open_exit_watch(process)) {
    if (!watch_.is_open() && has_gone()) throw std::runtime_error("there is no such process");
  }

  /// Waits for the end; false when it has not come by the deadline.
  [[nodiscard]] bool ends_by(codex::detail::TimePoint deadline) const {
    if (!watch_.is_open()) return is_gone_by(deadline);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - codex::detail::Clock::now());
    pollfd polled{.fd = watch_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, static_cast<int>(left.count())) == 1;
  }

 private:
  [[nodiscard]] bool is_gone_by(codex::detail::TimePoint deadline) const {
    while (!has_gone() && codex::detail::Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return has_gone();
  }

  /// Or is a zombie.
  [[nodiscard]] bool has_gone() const {
    if (::kill(process_, 0) != 0) return true;
    const std::string state = status_of(process_);
    return !state.empty() && state.front() == 'Z';
  }

  pid_t process_;
  codex::detail::Descriptor watch_;
};

/// The processes whose parent is this one, zombies included.
inline std::set<int> children_of(pid_t parent) {
  std::set<int> out;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    if (std::isdigit(entry.path().filename().string()[0]) == 0) continue;
    const int process = std::stoi(entry.path().filename().string());
    char state = 0;
    int its_parent = 0;
    if (std::sscanf(status_of(process).c_str(), "%c %d", &state, &its_parent) == 2 &&
        its_parent == parent) {
      out.insert(process);
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
