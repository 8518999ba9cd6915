#pragma once

#include <atomic>
#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "os/descriptor.hpp"

namespace soak {

/// Copies bytes between clients and a runtime that listens, and cuts all connections on demand,
/// without a word to either side.
class Relay {
 public:
  /// Listens at a unix socket of this path, or with an empty one at a port of this machine.
  explicit Relay(const std::string& path);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay();

  /// Where clients attach.
  [[nodiscard]] const std::string& endpoint() const { return endpoint_; }
  /// Where new connections lead from now on.
  void lead_to(const std::string& endpoint);
  /// Cuts what is there, and for this long whatever comes.
  void cut(std::chrono::milliseconds outage);

 private:
  using Descriptor = codex::detail::Descriptor;
  using Clock = std::chrono::steady_clock;

  struct Direction {
    std::string waits;  // what was read and not written yet
    bool has_ended = false;
  };
  struct Connection {
    Descriptor client;
    Descriptor runtime;
    Direction up, down;
  };

  void run();
  void accept();
  static bool move(Connection& connection, short client_events, short runtime_events);

  std::string endpoint_;
  Descriptor listener_, wake_, waker_;
  std::mutex mutex_;  // of the two below
  std::string target_;
  Clock::time_point outage_ends_{};
  std::atomic<bool> cut_ = false;
  std::atomic<bool> ends_ = false;
  std::list<Connection> connections_;  // of the thread
  std::thread thread_;
};

}  // namespace soak
