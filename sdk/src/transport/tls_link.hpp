#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtime/endpoint.hpp"
#include "transport/link.hpp"

namespace codex::detail {

/// TLS over a link, after its handshake: the peer has a certificate for the endpoint's host, which
/// an authority has signed that this system trusts, or one of `ca_file`. Throws CodexError if the
/// file cannot be read, if the certificate is not accepted, or if this build of the SDK has no TLS;
/// TransportClosedError if the peer speaks something else, TimeoutError at the deadline.
[[nodiscard]] std::unique_ptr<Link> secure_link(boost::asio::io_context& loop,
                                                std::unique_ptr<Link> link,
                                                const Endpoint& endpoint,
                                                const std::optional<std::string>& ca_file,
                                                TimePoint deadline);

}  // namespace codex::detail
