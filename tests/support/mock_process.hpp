#pragma once

#include <functional>
#include <sys/types.h>

#include <codex/config.hpp>
#include <codex/testing.hpp>

#include "os/descriptor.hpp"

namespace codex::testing {

/// The mock model in a process of its own, so that what this one takes is the SDK's and its user's.
/// Make it before the first thread: it forks.
class MockProcess {
 public:
  using Answer = std::function<Reply(const ModelRequest&)>;

  explicit MockProcess(const Answer& answer, const MockModelOptions& options = {});
  MockProcess(const MockProcess&) = delete;
  MockProcess& operator=(const MockProcess&) = delete;
  /// As `end`.
  ~MockProcess();

  /// Starts a runtime on it.
  [[nodiscard]] const CodexConfig& config() const noexcept { return config_; }
  /// Waits for its end: the processor time of children has the mock's from then on.
  void end();

 private:
  pid_t process_ = -1;
  codex::detail::Descriptor lifeline_;
  CodexConfig config_;
};

}  // namespace codex::testing
