#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <codex/config.hpp>
#include <codex/transport.hpp>

#include "task/clock.hpp"
#include "transport/connector.hpp"

namespace codex::detail {

/// Makes a transport again each time it ends, by the terms of `Reconnect`. What is sent in between
/// is dropped. It knows nothing of what the messages mean: its listener does.
class ReconnectingTransport final : public Transport {
 public:
  /// Told on the I/O thread, within `receive`.
  class Listener {
   public:
    Listener() = default;
    virtual ~Listener() = default;
    Listener(const Listener&) = delete;
    Listener(Listener&&) = delete;
    Listener& operator=(const Listener&) = delete;
    Listener& operator=(Listener&&) = delete;

    /// The transport ended. Whether it is to be made again.
    virtual bool cut(const End& end) = 0;
    /// It was made again.
    virtual void connected() = 0;
  };

  /// Makes the first transport; throws what `factory` throws. `terms.max_attempts` must be set.
  ReconnectingTransport(TransportFactory factory, const Reconnect& terms,
                        std::shared_ptr<Listener> listener);

  bool receive(Receiver& receiver, std::chrono::steady_clock::time_point deadline) override;
  void wake() noexcept override;
  void send(std::string_view message) override;
  [[nodiscard]] std::size_t longest_message() const noexcept override;
  void close() noexcept override;
  End end() override { return end_; }
  [[nodiscard]] std::string stray_output() const override;
  [[nodiscard]] std::string stderr_tail() const override;
  [[nodiscard]] std::optional<std::int64_t> process_id() const override;

  /// The present transport is in use again: after its end, the waits begin with the shortest. I/O
  /// thread.
  void settle() { is_settled_ = true; }

  /// Ends the present transport as if its peer had, for this reason. I/O thread.
  void drop(std::string reason) { dropped_for_ = std::move(reason); }

 private:
  [[nodiscard]] std::shared_ptr<Transport> current() const;
  bool lose(const std::shared_ptr<Transport>& lost, End end);
  bool wait_for_next(TimePoint deadline);
  void wait_until(TimePoint deadline);
  bool take_attempt(Connector::Result result);
  bool give_up(const std::string& why);

  const TransportFactory factory_;
  const Reconnect terms_;
  const std::shared_ptr<Listener> listener_;
  End end_;
  std::size_t longest_message_ = 0;

  // The I/O thread's.
  std::optional<std::string> dropped_for_;
  bool is_settled_ = true;
  std::optional<Connector> connector_;
  std::string lost_for_;
  std::string last_problem_;
  TimePoint connected_at_ = {};
  TimePoint next_attempt_ = {};
  TimePoint give_up_at_ = {};
  std::chrono::milliseconds delay_;
  int attempts_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable woken_;
  bool is_woken_ = false;
  std::shared_ptr<Transport> transport_;
  std::string last_stderr_tail_;
};

}  // namespace codex::detail
