#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "testing/scripted/relay_socket.hpp"

namespace codex::testing::detail {

/// Accepts processes: `codex-scripted-server` connects once per client, through a Unix socket, or
/// on Windows through a port of this machine.
class RelayListener {
 public:
  using Accept = std::function<void(std::unique_ptr<RelaySocket>)>;

  /// Calls `accept` on a separate thread. A socket is made in `folder`, which is private. Throws
  /// std::runtime_error if it cannot listen.
  RelayListener(const std::filesystem::path& folder, Accept accept);
  ~RelayListener();
  RelayListener(const RelayListener&) = delete;
  RelayListener& operator=(const RelayListener&) = delete;

  /// The argument of `codex-scripted-server`.
  [[nodiscard]] const std::string& address() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing::detail
