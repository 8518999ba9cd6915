#include <codex/errors.hpp>

#include "text/printable.hpp"
#include "transport/tls_link.hpp"

namespace codex::detail {

std::unique_ptr<Link> secure_link(boost::asio::io_context& /*loop*/, std::unique_ptr<Link> /*link*/,
                                  const Endpoint& endpoint,
                                  const std::optional<std::string>& /*ca_file*/,
                                  TimePoint /*deadline*/) {
  throw CodexError("Cannot attach to " + printable(endpoint.text) +
                   ": this build of the Codex SDK has no TLS. Build it with OpenSSL (Debian: "
                   "libssl-dev) and -DCODEX_SDK_TLS=ON.");
}

}  // namespace codex::detail
