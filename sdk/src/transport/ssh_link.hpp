#pragma once

#include <memory>

#include "transport/link.hpp"
#include "transport/websocket.hpp"

namespace codex::detail {

/// Starts ssh, whose pipes lead to the runtime's socket on another host. What comes before the
/// runtime's answer is skipped. The process ends with the link, and with this thread. Throws
/// CodexError if there is no such program.
[[nodiscard]] std::unique_ptr<Link> start_ssh(boost::asio::io_context& loop,
                                              const WebSocketOptions& options);

}  // namespace codex::detail
