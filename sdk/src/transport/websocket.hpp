#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <codex/transport.hpp>

#include "runtime/endpoint.hpp"
#include "task/clock.hpp"
#include "transport/ssh_command.hpp"

namespace codex::detail {

/// A runtime that listens.
struct WebSocketOptions {
  Endpoint endpoint;
  /// For the upgrade; empty: none.
  std::string bearer_token = {};
  /// The file of the authorities that `wss://` trusts; none: the system's.
  std::optional<std::string> ca_file = {};
  /// For `ssh://`.
  SshPrograms ssh = {};
  /// When the connection and its upgrade must be done.
  TimePoint deadline = TimePoint::max();
  /// A peer that is silent for so long is asked for a sign of life, and given up after the same
  /// time again. A server never asks, and a proxy hides a dead one.
  std::chrono::milliseconds silence = std::chrono::seconds{15};
  /// How many bytes may wait for the peer.
  std::size_t max_outgoing_bytes = std::size_t{256} * 1024 * 1024;
};

/// Connects and upgrades. Call it on the I/O thread. Throws TransportClosedError if nobody listens
/// there or what answers is no runtime, TimeoutError at the deadline, and CodexError if the runtime
/// refuses the token or this build of the SDK has no WebSockets.
[[nodiscard]] std::unique_ptr<Transport> connect_websocket(const WebSocketOptions& options);

}  // namespace codex::detail
