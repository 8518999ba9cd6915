#pragma once

#include <sys/types.h>

#include <codex/codex.hpp>

namespace codex::benchmarks {

/// The mock model in a process of its own, so that what this one takes is the SDK's and its user's.
/// Make it first: it forks.
class MockProcess {
 public:
  /// Each answer of the model is a message of so many deltas.
  explicit MockProcess(int deltas);
  MockProcess(const MockProcess&) = delete;
  MockProcess& operator=(const MockProcess&) = delete;
  /// As `end`.
  ~MockProcess();

  /// How a client's runtime reaches the model.
  [[nodiscard]] const CodexConfig& config() const noexcept { return config_; }
  /// Waits for its end: the processor time of children has the mock's from then on.
  void end();

 private:
  pid_t process_ = -1;
  int lifeline_ = -1;
  CodexConfig config_;
};

}  // namespace codex::benchmarks
