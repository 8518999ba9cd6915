#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include <codex/stop_token.hpp>

namespace codex::testing {

/// How long a test waits by default for an event that is sure to come.
inline constexpr std::chrono::milliseconds default_patience = std::chrono::seconds{10};

/// A point in a reply where the stream waits until the test opens it, so that a test can act in the
/// middle of a turn without sleeping. Copies are the same gate. Thread-safe.
class Gate {
 public:
  Gate();

  /// Lets everything pass that waits here or arrives later. Idempotent.
  void open() const;
  /// Whether it is open.
  [[nodiscard]] bool is_open() const;

  /// Waits until something has arrived at this gate, or passed it. False on timeout.
  [[nodiscard]] bool wait_reached(std::chrono::milliseconds timeout = default_patience) const;

  /// Arrives at the gate and waits: true once it is open; false if `stop` is requested or `wanted`
  /// (called about 20 times a second, if given) returns false. Useful in a test's own handlers,
  /// too.
  [[nodiscard]] bool pass(std::stop_token stop, const std::function<bool()>& wanted = {}) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace codex::testing
