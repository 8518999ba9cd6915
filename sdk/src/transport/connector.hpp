#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <thread>

#include <codex/transport.hpp>

#include "task/outcome.hpp"

namespace codex::detail {

/// Makes transports on a thread of its own, so that nobody else waits while one hangs. The thread
/// lives as long as the connector: on Linux a child process ends with the thread that started it.
/// One thread at a time uses it.
class Connector {
 public:
  using Result = Outcome<std::unique_ptr<Transport>>;

  /// `on_done` is called on that thread, after each attempt.
  Connector(TransportFactory factory, std::function<void()> on_done);
  /// Leaves an attempt that hangs alone: what it makes is closed at once.
  ~Connector();
  Connector(const Connector&) = delete;
  Connector(Connector&&) = delete;
  Connector& operator=(const Connector&) = delete;
  Connector& operator=(Connector&&) = delete;

  /// Begins an attempt. Throws CodexError where there is no thread for it.
  void begin();

  /// Whether an attempt was begun and its result not taken.
  [[nodiscard]] bool is_busy() const;

  /// What the attempt came to, once it is over.
  [[nodiscard]] std::optional<Result> take();

 private:
  struct Shared;
  static void run(const std::shared_ptr<Shared>& shared);

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace codex::detail
