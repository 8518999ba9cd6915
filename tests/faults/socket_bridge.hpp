#pragma once

#include <memory>
#include <string>

#include <codex/transport.hpp>

namespace codex::testing {

/// Puts a server that speaks over a transport behind a WebSocket on a unix socket, for one client:
/// what one side sends, the other one gets, and so it is with the end.
class SocketBridge {
 public:
  explicit SocketBridge(TransportFactory server);
  ~SocketBridge();
  SocketBridge(const SocketBridge&) = delete;
  SocketBridge(SocketBridge&&) = delete;
  SocketBridge& operator=(const SocketBridge&) = delete;
  SocketBridge& operator=(SocketBridge&&) = delete;

  [[nodiscard]] std::string endpoint() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace codex::testing
