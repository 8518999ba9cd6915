#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace codex::testing {

/// How long a test waits for what is sure to come, unless it says otherwise.
inline constexpr std::chrono::milliseconds default_patience = std::chrono::seconds{10};

/// A point in a reply where the stream waits until the test lets it go on, so that a test can act
/// in the middle of a turn without sleeping. Copies are the same gate. Thread-safe.
class Gate {
 public:
  Gate();

  /// Lets everything pass that waits here or will come here. Idempotent.
  void open() const;
  /// Whether somebody has opened it.
  [[nodiscard]] bool is_open() const;

  /// Waits until something has come to this gate, or has passed it. False when `timeout` ran out.
  [[nodiscard]] bool wait_reached(std::chrono::milliseconds timeout = default_patience) const;

  /// Comes to the gate and waits: true once it is open; false when `stop` is requested or `wanted`
  /// (asked about 20 times a second, when given) says no. Useful in a test's own handlers, too.
  [[nodiscard]] bool pass(std::stop_token stop, const std::function<bool()>& wanted = {}) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace codex::testing
