#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <poll.h>
#include <sys/wait.h>

#include "os/platform.hpp"
#include "transport/child.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

// How often to look where no descriptor signals the end.
constexpr milliseconds look_period{10};
constexpr milliseconds longest_wait = std::chrono::hours{1};

}  // namespace

Child::Child(pid_t pid, Kind kind) : pid_(pid), kind_(kind), exit_watch_(open_exit_watch(pid)) {}

bool Child::has_exited() {
  if (has_exited_) return true;
  if (kind_ == Kind::stranger) return has_exited_ = has_stranger_exited();
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    if (info.si_pid != pid_) return false;
    (info.si_code == CLD_EXITED ? status_.code : status_.signal) = info.si_status;
  } else if (errno == ECHILD) {
    is_ours_ = false;  // the host program reaps all children, or ignores SIGCHLD
  } else {
    return false;
  }
  has_exited_ = true;
  return true;
}

bool Child::has_stranger_exited() const noexcept {
  if (!exit_watch_.is_open()) return ::kill(pid_, 0) != 0 && errno == ESRCH;
  pollfd watched{.fd = exit_watch_.get(), .events = POLLIN, .revents = 0};
  return ::poll(&watched, 1, 0) > 0;
}

bool Child::ends_by(TimePoint deadline) {
  while (!has_exited()) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
    if (left <= milliseconds::zero()) return false;
    pollfd watched{.fd = exit_watch_.get(), .events = POLLIN, .revents = 0};
    const auto wait = std::min(left, exit_watch_.is_open() ? longest_wait : look_period);
    ::poll(&watched, 1, static_cast<int>(wait.count()));
  }
  return true;
}

void Child::signal_group(int signal) const noexcept {
  const bool may_be_another = kind_ == Kind::stranger && has_exited_;
  if (is_ours_ && !is_reaped_ && !may_be_another) ::kill(-pid_, signal);
}

void Child::reap() noexcept {
  if (kind_ == Kind::stranger || !is_ours_ || is_reaped_) return;
  is_reaped_ = ::waitpid(pid_, nullptr, WNOHANG) == pid_;
}

}  // namespace codex::detail
