#pragma once

#include <memory>

#include "runtime/endpoint.hpp"
#include "transport/link.hpp"

namespace codex::detail {

/// Connects to a unix socket, or to the host and port. Throws TransportClosedError if nobody
/// listens there, TimeoutError at the deadline.
[[nodiscard]] std::unique_ptr<Link> connect_socket(boost::asio::io_context& loop,
                                                   const Endpoint& endpoint, TimePoint deadline);

}  // namespace codex::detail
