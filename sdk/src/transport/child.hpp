#pragma once

#include <cstdint>
#include <sys/types.h>

#include <codex/errors.hpp>

#include "os/descriptor.hpp"
#include "task/clock.hpp"

namespace codex::detail {

/// A process as the one that started it sees it: signals to its group, and its end.
class Child {
 public:
  /// Whose child it is. A stranger was started to outlive this process: somebody else reaps it.
  enum class Kind : std::uint8_t { ours, stranger };

  explicit Child(pid_t pid, Kind kind = Kind::ours);

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] int exit_watch() const noexcept { return exit_watch_.get(); }
  [[nodiscard]] const ExitStatus& status() const noexcept { return status_; }
  [[nodiscard]] bool is_known_to_have_exited() const noexcept { return has_exited_; }

  /// Checks whether it ended, without reaping it: while it is a zombie, no other process can have
  /// its number, and signals to its group cannot hit strangers.
  bool has_exited();

  /// Waits for its end; false if that has not come by the deadline.
  bool ends_by(TimePoint deadline);

  void signal_group(int signal) const noexcept;

  void reap() noexcept;

 private:
  [[nodiscard]] bool has_stranger_exited() const noexcept;

  const pid_t pid_;
  const Kind kind_;
  const Descriptor exit_watch_;
  ExitStatus status_;
  bool has_exited_ = false;
  bool is_ours_ = true;
  bool is_reaped_ = false;
};

}  // namespace codex::detail
