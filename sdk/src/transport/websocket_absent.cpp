#include <codex/errors.hpp>

#include "transport/websocket.hpp"

namespace codex::detail {

std::unique_ptr<Transport> connect_websocket(const WebSocketOptions& options) {
  throw CodexError("Cannot attach to " + options.endpoint.text +
                   ": this build of the Codex SDK has no WebSockets. Build it with Boost's headers "
                   "(Debian: libboost-dev) and -DCODEX_SDK_WEBSOCKET=ON.");
}

}  // namespace codex::detail
