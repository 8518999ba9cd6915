#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "testing/scripted/channel.hpp"

namespace codex::testing::detail {

/// Accepts processes: a Unix socket that `codex-scripted-server` connects to, once per client.
class RelayListener {
 public:
  using Accept = std::function<void(std::unique_ptr<Channel>)>;

  /// Calls `accept` on a separate thread. Throws std::runtime_error if it cannot listen.
  RelayListener(std::filesystem::path socket, Accept accept);
  ~RelayListener();
  RelayListener(const RelayListener&) = delete;
  RelayListener& operator=(const RelayListener&) = delete;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing::detail
