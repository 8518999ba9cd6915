#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <sys/types.h>
#include <sys/wait.h>
#include <thread>

#include "os/descriptor.hpp"
#include "os/platform.hpp"
#include "support/processes.hpp"

namespace codex::testing {
namespace {

std::ptrdiff_t count_entries(const char* folder) {
  return std::distance(std::filesystem::directory_iterator(folder),
                       std::filesystem::directory_iterator());
}

/// What /proc says of a process: its state, its parent and more; nothing if it is gone.
std::string status_of(pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  std::getline(stat, text);
  const auto end = text.rfind(')');  // of its name
  return end == std::string::npos ? "" : text.substr(std::min(end + 2, text.size()));
}

/// Or is a zombie.
bool has_gone(pid_t process) {
  if (::kill(process, 0) != 0) return true;
  const std::string state = status_of(process);
  return !state.empty() && state.front() == 'Z';
}

}  // namespace

struct ProcessWatch::Impl {
  pid_t process;
  codex::detail::Descriptor watch;  // where the system has one for processes that are not ours
};

ProcessWatch::ProcessWatch(std::int64_t process)
    : impl_(new Impl{
          static_cast<pid_t>(process),
          codex::detail::Descriptor(codex::detail::open_exit_watch(static_cast<pid_t>(process)))}) {
  // One that has ended and was not waited for is still there.
  if (!impl_->watch.is_open() && ::kill(impl_->process, 0) != 0) {
    throw std::runtime_error("there is no such process");
  }
}

ProcessWatch::~ProcessWatch() = default;
ProcessWatch::ProcessWatch(ProcessWatch&&) noexcept = default;
ProcessWatch& ProcessWatch::operator=(ProcessWatch&&) noexcept = default;

bool ProcessWatch::ends_by(codex::detail::TimePoint deadline) const {
  if (!impl_->watch.is_open()) {
    while (!has_gone(impl_->process) && codex::detail::Clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return has_gone(impl_->process);
  }
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - codex::detail::Clock::now());
  pollfd polled{.fd = impl_->watch.get(), .events = POLLIN, .revents = 0};
  const auto wait = std::max<std::int64_t>(left.count(), 0);  // less than none would be for ever
  return ::poll(&polled, 1, static_cast<int>(wait)) == 1;
}

std::set<int> children_of(std::int64_t parent) {
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

bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

bool has_wines_console() { return false; }

std::ptrdiff_t open_descriptors() { return count_entries("/proc/self/fd"); }

std::ptrdiff_t running_threads() {
  // The thread sanitizer starts a thread of its own beside the first of ours.
  static const bool first_thread_is_gone = [] {
    std::filesystem::path place;
    std::thread([&] {
      place = "/proc" / std::filesystem::read_symlink("/proc/thread-self");
    }).join();
    const auto deadline = codex::detail::Clock::now() + std::chrono::minutes{1};
    while (std::filesystem::exists(place) && codex::detail::Clock::now() < deadline) {
      std::this_thread::yield();  // it is listed for a moment after the join
    }
    return true;
  }();
  (void)first_thread_is_gone;
  return count_entries("/proc/self/task");
}

}  // namespace codex::testing
