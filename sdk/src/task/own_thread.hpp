#pragma once

#include <memory>
#include <thread>

#include <codex/async/task.hpp>

#include "task/owner_process.hpp"
#include "task/timers.hpp"

namespace codex::detail {

/// The SDK's own thread, on which coroutines without an executor resume. One for the whole process,
/// which lives as long as it is needed.
class OwnThread {
 public:
  [[nodiscard]] static std::shared_ptr<OwnThread> shared();

  OwnThread();
  ~OwnThread();
  OwnThread(const OwnThread&) = delete;
  OwnThread(OwnThread&&) = delete;
  OwnThread& operator=(const OwnThread&) = delete;
  OwnThread& operator=(OwnThread&&) = delete;

  [[nodiscard]] const Executor& executor() const noexcept { return executor_; }
  [[nodiscard]] const std::shared_ptr<Timers>& timers() const noexcept;

 private:
  struct State;
  const OwnerProcess owner_;
  const std::shared_ptr<State> state_;
  const Executor executor_;
  std::thread thread_;
};

}  // namespace codex::detail
