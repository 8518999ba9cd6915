#include "transport/socket_link.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <filesystem>
#include <future>
#include <vector>

#include <codex/errors.hpp>

#include "os/utf8_path.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"
#include "text/printable.hpp"
#include "transport/reach_errors.hpp"
#include "transport/socket_keeper.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;

constexpr int send_buffer_bytes = 256 * 1024;

/// The name of a socket may have 107 bytes only, so the runtime makes a link to one where it was
/// told to listen.
std::string socket_name(const Endpoint& endpoint) {
  const std::size_t longest = longest_socket_name();
  const std::filesystem::path path = path_from_utf8(endpoint.path);
  if (endpoint.path.size() <= longest) return endpoint.path;
  std::error_code error;
  const bool is_there = std::filesystem::exists(path, error);  // asked first: it may just come
  const std::filesystem::path target = std::filesystem::read_symlink(path, error);
  std::string name = error ? endpoint.path : utf8_from_path(path.parent_path() / target);
  if (name.size() <= longest) return name;
  if (!is_there) throw unreachable(endpoint, "there is no such file");
  throw CodexError("Cannot attach to " + printable(endpoint.text) +
                   ": the name of a socket has at most " + std::to_string(longest) +
                   " bytes. Make a shorter link to it.");
}

using Addresses = std::vector<StreamAddress>;

/// Names are looked up on a thread that may outlive this call: nothing else bounds it.
Addresses look_up(const Endpoint& endpoint, TimePoint deadline) {
  const auto found = std::make_shared<std::promise<std::pair<LinkError, Addresses>>>();
  auto result = found->get_future();
  start_thread("look up a host", [found, host = endpoint.host, port = endpoint.port] {
    block_signals_on_this_thread();
    asio::io_context loop;
    asio::ip::tcp::resolver resolver(loop);
    LinkError error;
    Addresses addresses;
    for (const auto& entry : resolver.resolve(host, port, error)) {
      addresses.emplace_back(entry.endpoint());
    }
    found->set_value({error, std::move(addresses)});
  }).detach();
  if (result.wait_until(std::min(deadline, Clock::now() + std::chrono::hours{1})) !=
      std::future_status::ready) {
    throw late(endpoint);
  }
  auto [error, addresses] = result.get();
  if (addresses.empty()) throw unreachable(endpoint, printable(error.message()));
  return addresses;
}

Addresses addresses_of(const Endpoint& endpoint, TimePoint deadline) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    return {address_of_unix_socket(socket_name(endpoint))};
  }
  LinkError no_number;
  const auto address = asio::ip::make_address(endpoint.host, no_number);
  if (no_number) return look_up(endpoint, deadline);
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.port));
  return {asio::ip::tcp::endpoint(address, port)};
}

class SocketLink final : public Link {
 public:
  explicit SocketLink(asio::io_context& loop) : loop_(loop), socket_(loop), keeper_(socket_) {}
  ~SocketLink() override { release(); }

  void connect(const Endpoint& endpoint, TimePoint deadline) {
    const Addresses addresses = addresses_of(endpoint, deadline);
    LinkError problem;
    for (std::size_t index = 0; index < addresses.size(); ++index) {
      // One that swallows everything leaves time for the rest.
      const auto now = Clock::now();
      const auto share =
          (no_later(deadline) - now) / static_cast<std::int64_t>(addresses.size() - index);
      problem = connect(addresses[index], now + share);
      if (!problem) return;
    }
    if (problem == asio::error::timed_out) throw late(endpoint);
    if (problem == asio::error::address_family_not_supported &&
        endpoint.kind == Endpoint::Kind::unix_socket) {
      throw CodexError("Cannot attach to " + printable(endpoint.text) +
                       ": this system has no unix sockets (Windows has since version 1803). Have "
                       "the runtime listen at ws://127.0.0.1:PORT instead.");
    }
    throw unreachable(endpoint, printable(problem.message()));
  }

  void read_some(asio::mutable_buffer buffer, Done done) override {
    socket_.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
  }

  void write_some(asio::const_buffer buffer, Done done) override {
    auto pass_on = [size = buffer.size(), done = std::move(done)](LinkError error,
                                                                  std::size_t sent) mutable {
      const bool is_deaf = error == asio::error::broken_pipe ||
                           error == asio::error::connection_reset ||
                           error == asio::error::connection_aborted;
      done(is_deaf ? LinkError() : error, is_deaf ? size : sent);
    };
    socket_.async_write_some(asio::const_buffers_1(buffer), std::move(pass_on));
  }

  void finish_sending() noexcept override { shut_down(StreamSocket::shutdown_send); }
  void shut_down() noexcept override { shut_down(StreamSocket::shutdown_both); }
  void hang_up() noexcept override { release(); }

 private:
  LinkError connect(const Addresses::value_type& address, TimePoint deadline) {
    if (const LinkError error = keeper_.open(address.protocol())) return error;
    const auto result =
        finish(loop_, deadline, [&](const auto& done) { socket_.async_connect(address, done); });
    if (!result) return asio::error::timed_out;
    LinkError ignored;
    // A ping must not wait behind megabytes.
    socket_.set_option(asio::socket_base::send_buffer_size(send_buffer_bytes), ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);  // of TCP alone
    return *result;
  }

  void shut_down(StreamSocket::shutdown_type directions) noexcept {
    LinkError ignored;
    socket_.shutdown(directions, ignored);
  }

  void release() noexcept {
    shut_down();
    keeper_.close();
  }

  asio::io_context& loop_;
  StreamSocket socket_;
  SocketKeeper keeper_;
};

}  // namespace

std::unique_ptr<Link> connect_socket(asio::io_context& loop, const Endpoint& endpoint,
                                     TimePoint deadline) {
  auto link = std::make_unique<SocketLink>(loop);
  link->connect(endpoint, deadline);
  return link;
}

}  // namespace codex::detail
