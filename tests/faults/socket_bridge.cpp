#include "socket_bridge.hpp"

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

#include "task/clock.hpp"
#include "testing/temp_dir.hpp"

namespace codex::testing {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Error = boost::system::error_code;

namespace {

#ifdef BOOST_ASIO_HAS_LOCAL_SOCKETS
using Protocol = asio::local::stream_protocol;

Protocol::endpoint address_in(const std::filesystem::path& folder) {
  return {(folder / "bridge.sock").string()};
}

std::string endpoint_at(const Protocol::endpoint& address) { return "unix://" + address.path(); }
#else
using Protocol = asio::ip::tcp;

Protocol::endpoint address_in(const std::filesystem::path& /*folder*/) {
  return {asio::ip::address_v4::loopback(), 0};
}

std::string endpoint_at(const Protocol::endpoint& address) {
  return "ws://127.0.0.1:" + std::to_string(address.port());
}
#endif

}  // namespace

struct SocketBridge::Impl final : Transport::Receiver {
  explicit Impl(TransportFactory server) : make_server(std::move(server)) {
    acceptor.async_accept([this](Error error, Protocol::socket peer) {
      if (!error) upgrade(std::move(peer));
    });
    loop_thread = std::thread([this] { loop.run(); });
  }

  ~Impl() override {
    is_over = true;
    asio::post(loop, [this] { end(); });
    loop_thread.join();
    if (server_thread.joinable()) server_thread.join();
  }
  Impl(const Impl&) = delete;
  Impl(Impl&&) = delete;
  Impl& operator=(const Impl&) = delete;
  Impl& operator=(Impl&&) = delete;

  // The server's side, on its thread.
  void message(std::string text) override {
    asio::post(loop, [this, text = std::move(text)]() mutable { send(std::move(text)); });
  }
  void outline(std::string outline, std::size_t) override { message(std::move(outline)); }
  void noise(std::string_view) override {}
  void broken(std::string) override {}
  [[nodiscard]] std::size_t max_message_bytes() const noexcept override {
    return std::numeric_limits<std::size_t>::max() / 2;
  }
  void serve() {
    while (!is_over &&
           server->receive(*this, codex::detail::Clock::now() + std::chrono::hours{1})) {
    }
    asio::post(loop, [this] { end(); });
    server->close();
  }

  // The client's side, on the loop's thread.
  void upgrade(Protocol::socket peer) {
    stream.emplace(std::move(peer));
    stream->read_message_max(0);
    stream->async_accept([this](Error error) {
      if (error) return end();
      server = make_server();
      server_thread = std::thread([this] { serve(); });
      read();
    });
  }
  void read() {
    stream->async_read(buffer, [this](Error error, std::size_t) {
      if (error) return end();
      server->send(beast::buffers_to_string(buffer.data()) + "\n");
      buffer.clear();
      read();
    });
  }
  void send(std::string text) {
    outgoing.push_back(std::move(text));
    if (outgoing.size() == 1) write();
  }
  void write() {
    stream->async_write(asio::buffer(outgoing.front()), [this](Error error, std::size_t) {
      outgoing.pop_front();
      if (error) outgoing.clear();
      if (!outgoing.empty()) return write();
      if (is_ending || error) end();
    });
  }
  /// The runtime, too, hangs up without a Close frame; what it sent before arrives.
  void end() {
    is_ending = true;
    if (!outgoing.empty() && stream && stream->is_open()) return;
    Error ignored;
    acceptor.close(ignored);
    if (stream) beast::get_lowest_layer(*stream).close(ignored);
    is_over = true;
    if (server) server->wake();
  }

  const TransportFactory make_server;
  const detail::TempDir folder{"codex-test-"};
  asio::io_context loop;
  Protocol::acceptor acceptor{loop, address_in(folder.path())};
  const std::string endpoint = endpoint_at(acceptor.local_endpoint());
  std::optional<beast::websocket::stream<Protocol::socket>> stream;
  beast::flat_buffer buffer;
  std::deque<std::string> outgoing;
  bool is_ending = false;
  std::atomic<bool> is_over = false;
  std::unique_ptr<Transport> server;
  std::thread server_thread;
  std::thread loop_thread;
};

SocketBridge::SocketBridge(TransportFactory server)
    : impl_(std::make_unique<Impl>(std::move(server))) {}

SocketBridge::~SocketBridge() = default;

std::string SocketBridge::endpoint() const { return impl_->endpoint; }

}  // namespace codex::testing
