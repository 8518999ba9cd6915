#include "transport/tls_link.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <codex/errors.hpp>

#include "text/printable.hpp"
#include "transport/reach_errors.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
namespace ssl = asio::ssl;

/// The system's authorities, as OpenSSL finds them (SSL_CERT_FILE, SSL_CERT_DIR), or those of the
/// file alone.
ssl::context authorities(const std::optional<std::string>& ca_file) {
  ssl::context context(ssl::context::tls_client);
  ::SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(ssl::verify_peer);
  LinkError error;
  if (ca_file) {
    context.load_verify_file(*ca_file, error);
    if (error) {
      throw CodexError("CodexConfig::ca_file \"" + printable(*ca_file) +
                       "\" cannot be read, or has no certificate in PEM form");
    }
  } else {
    context.set_default_verify_paths(error);  // one that is not there trusts nobody
  }
  ::ERR_clear_error();
  return context;
}

/// Why a certificate was not accepted, and what to do: sentences without the last full stop.
std::string refusal(const Endpoint& endpoint, long result) {
  const std::string host = "\"" + printable(endpoint.host) + "\"";
  switch (result) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "its certificate is for another host than " + host +
             ". Write the name that the certificate has into CodexConfig::endpoint";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "its certificate has expired. Have it renewed there, or check the clock here";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid yet. Check the clocks here and there";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "nobody that is trusted here has signed its certificate. Name the file of its "
             "authority in CodexConfig::ca_file, or make the system trust it";
    default:
      return std::string("its certificate is not accepted: ") +
             ::X509_verify_cert_error_string(result);
  }
}

class TlsLink final : public Link {
 public:
  TlsLink(asio::io_context& loop, std::unique_ptr<Link> link,
          const std::optional<std::string>& ca_file)
      : link_(std::move(link)),
        stream_(loop, *link_),
        context_(authorities(ca_file)),
        tls_(stream_, context_) {}

  void shake_hands(asio::io_context& loop, const Endpoint& endpoint, TimePoint deadline) {
    expect(endpoint.host);
    const auto error = finish(loop, deadline, [this](const auto& done) {
      tls_.async_handshake(ssl::stream_base::client, done);
    });
    if (!error) throw late(endpoint);
    if (*error) refuse(endpoint, *error);
  }

  void read_some(asio::mutable_buffer buffer, Done done) override {
    auto pass_on = [done = std::move(done)](LinkError error, std::size_t size) mutable {
      // The messages inside say where they end.
      done(error == ssl::error::stream_truncated ? LinkError(asio::error::eof) : error, size);
    };
    tls_.async_read_some(asio::mutable_buffers_1(buffer), std::move(pass_on));
  }
  void write_some(asio::const_buffer buffer, Done done) override {
    tls_.async_write_some(asio::const_buffers_1(buffer), std::move(done));
  }
  /// The peer answers, and hangs up.
  void finish_sending() noexcept override {
    try {
      tls_.async_shutdown([](LinkError) {});
    } catch (const std::exception&) {  // without memory the hard way
      link_->finish_sending();
    }
  }
  void shut_down() noexcept override { link_->shut_down(); }
  void hang_up() noexcept override { link_->hang_up(); }

 private:
  /// Names the host to the peer, and checks that the certificate does.
  void expect(const std::string& host) {
    ::SSL* const handle = tls_.native_handle();
    LinkError no_number;
    (void)asio::ip::make_address(host, no_number);
    bool is_done = false;
    if (no_number) {
      ::SSL_set_hostflags(handle, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
      is_done = ::SSL_set1_host(handle, host.c_str()) == 1 &&
                ::SSL_set_tlsext_host_name(handle, host.c_str()) == 1;
    } else {
      is_done = ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(handle), host.c_str()) == 1;
    }
    if (!is_done) throw CodexError("OpenSSL does not take the host \"" + printable(host) + "\"");
  }

  [[noreturn]] void refuse(const Endpoint& endpoint, const LinkError& error) {
    const long result = ::SSL_get_verify_result(tls_.native_handle());
    if (result != X509_V_OK) {
      throw CodexError("The Codex runtime at " + printable(endpoint.text) +
                       " is not trusted: " + refusal(endpoint, result));
    }
    const bool is_tls = error.category() == asio::error::get_ssl_category();
    const int reason = is_tls ? ERR_GET_REASON(static_cast<unsigned long>(error.value())) : 0;
    if (reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST ||
        reason == SSL_R_PACKET_LENGTH_TOO_LONG) {
      throw TransportClosedError("What listens at " + printable(endpoint.text) +
                                 " does not speak TLS. If it is a runtime itself, write ws:// (it "
                                 "does not encrypt); wss:// needs a TLS end in front of it");
    }
    throw TransportClosedError("The TLS handshake with " + printable(endpoint.text) +
                               " failed: " + printable(error.message()) +
                               ". Check that a TLS end listens there, in front of the runtime");
  }

  const std::unique_ptr<Link> link_;
  LinkStream stream_;
  ssl::context context_;
  ssl::stream<LinkStream&> tls_;
};

}  // namespace

std::unique_ptr<Link> secure_link(asio::io_context& loop, std::unique_ptr<Link> link,
                                  const Endpoint& endpoint,
                                  const std::optional<std::string>& ca_file, TimePoint deadline) {
  auto secured = std::make_unique<TlsLink>(loop, std::move(link), ca_file);
  secured->shake_hands(loop, endpoint, deadline);
  return secured;
}

}  // namespace codex::detail
