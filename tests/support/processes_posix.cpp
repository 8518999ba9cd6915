#include <cctype>
#include <cerrno>
#include <chrono>
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

}  // namespace

struct ProcessWatch::Impl {
  codex::detail::Descriptor watch;
};

ProcessWatch::ProcessWatch(std::int64_t process)
    : impl_(new Impl{
          codex::detail::Descriptor(codex::detail::open_exit_watch(static_cast<pid_t>(process)))}) {
  if (!impl_->watch.is_open()) throw std::runtime_error("there is no such process");
}

ProcessWatch::~ProcessWatch() = default;
ProcessWatch::ProcessWatch(ProcessWatch&&) noexcept = default;
ProcessWatch& ProcessWatch::operator=(ProcessWatch&&) noexcept = default;

bool ProcessWatch::ends_by(codex::detail::TimePoint deadline) const {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - codex::detail::Clock::now());
  pollfd polled{.fd = impl_->watch.get(), .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, static_cast<int>(left.count())) == 1;
}

std::set<int> children_of(std::int64_t parent) {
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

bool has_no_children() { return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

bool has_wines_console() { return false; }

std::ptrdiff_t open_descriptors() { return count_entries("/proc/self/fd"); }

std::ptrdiff_t running_threads() {
  // The thread sanitizer starts a thread of its own beside the first of ours.
  static const bool first_thread_started = (std::thread([] {}).join(), true);
  (void)first_thread_started;
  return count_entries("/proc/self/task");
}

}  // namespace codex::testing
