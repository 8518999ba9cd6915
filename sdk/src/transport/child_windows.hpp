#pragma once

#include <cstdint>

#include <codex/errors.hpp>

#include "os/handle_windows.hpp"
#include "task/clock.hpp"

namespace codex::detail {

/// The deadline as the wait functions of Windows take it.
[[nodiscard]] DWORD milliseconds_until(TimePoint deadline) noexcept;

/// A process and all that it starts: one job. That of a child is killed when its last handle
/// closes, so also when this process dies, however it does.
class Child {
 public:
  Child(Handle process, Handle job, DWORD pid) noexcept
      : process_(std::move(process)), job_(std::move(job)), pid_(pid) {}

  [[nodiscard]] std::int64_t pid() const noexcept { return pid_; }
  /// A handle that is signalled when the process ends.
  [[nodiscard]] HANDLE exit_watch() const noexcept { return process_.get(); }
  [[nodiscard]] const ExitStatus& status() const noexcept { return status_; }
  [[nodiscard]] bool is_known_to_have_exited() const noexcept { return has_exited_; }

  bool has_exited() noexcept;

  /// Waits for its end; false if that has not come by the deadline.
  bool ends_by(TimePoint deadline) noexcept;

  /// Ends whatever runs in the job.
  void kill_all() const noexcept;

 private:
  Handle process_;
  Handle job_;
  DWORD pid_;
  ExitStatus status_;
  bool has_exited_ = false;
};

}  // namespace codex::detail
