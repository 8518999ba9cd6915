#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket.hpp>
#include <cerrno>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <sys/un.h>
#include <utility>
#include <vector>

#include <codex/errors.hpp>

#include "mask/mask.hpp"
#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "os/unshared_descriptor.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"
#include "text/printable.hpp"
#include "transport/websocket.hpp"
#include "wire/line_splitter.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Socket = asio::generic::stream_protocol::socket;
using Error = boost::system::error_code;

// What the runtime takes: larger ones make it drop the connection, without a word.
constexpr std::size_t max_message_bytes_out = std::size_t{64} * 1024 * 1024;
constexpr std::size_t frame_bytes_out = std::size_t{64} * 1024;
constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;
constexpr int send_buffer_bytes = 256 * 1024;
constexpr std::chrono::milliseconds goodbye_time{500};
// An answer to the upgrade is a sentence.
constexpr std::size_t max_refusal_bytes = 500;
constexpr int max_handlers_at_once = 64;

std::string sentence(const Error& error) { return printable(error.message()); }

TransportClosedError unreachable(const Endpoint& endpoint, const std::string& problem) {
  return TransportClosedError("No Codex runtime can be reached at " + printable(endpoint.text) +
                              ": " + problem + ". Start one there (codex app-server --listen URL)");
}

TimeoutError late(const Endpoint& endpoint) {
  return TimeoutError("The Codex runtime at " + printable(endpoint.text) +
                          " did not accept the connection in time (CodexConfig::startup_timeout)",
                      false);
}

/// The name of a socket may have 107 bytes only, so the runtime makes a link to one where it was
/// told to listen.
std::string socket_name(const Endpoint& endpoint) {
  constexpr std::size_t longest = sizeof(sockaddr_un::sun_path) - 1;
  const std::filesystem::path path(endpoint.path);
  if (endpoint.path.size() <= longest) return endpoint.path;
  std::error_code error;
  const std::filesystem::path target = std::filesystem::read_symlink(path, error);
  std::string name = error ? endpoint.path : (path.parent_path() / target).string();
  if (name.size() <= longest) return name;
  if (!std::filesystem::exists(path, error)) throw unreachable(endpoint, "there is no such file");
  throw CodexError("Cannot attach to " + printable(endpoint.text) +
                   ": the name of a socket has at most " + std::to_string(longest) +
                   " bytes. Make a shorter link to it.");
}

using Addresses = std::vector<asio::generic::stream_protocol::endpoint>;

/// Names are looked up on a thread that may outlive this call: nothing else bounds it.
Addresses look_up(const Endpoint& endpoint, TimePoint deadline) {
  const auto found = std::make_shared<std::promise<std::pair<Error, Addresses>>>();
  auto result = found->get_future();
  start_thread("look up a host", [found, host = endpoint.host, port = endpoint.port] {
    block_signals_on_this_thread();
    asio::io_context loop;
    asio::ip::tcp::resolver resolver(loop);
    Error error;
    Addresses addresses;
    for (const auto& entry : resolver.resolve(host, port, error)) {
      addresses.push_back(entry.endpoint());
    }
    found->set_value({error, std::move(addresses)});
  }).detach();
  if (result.wait_until(std::min(deadline, Clock::now() + std::chrono::hours{1})) !=
      std::future_status::ready) {
    throw late(endpoint);
  }
  auto [error, addresses] = result.get();
  if (addresses.empty()) throw unreachable(endpoint, sentence(error));
  return addresses;
}

Addresses addresses_of(const Endpoint& endpoint, TimePoint deadline) {
  if (endpoint.kind == Endpoint::Kind::unix_socket) {
    return {asio::local::stream_protocol::endpoint(socket_name(endpoint))};
  }
  Error no_number;
  const auto address = asio::ip::make_address(endpoint.host, no_number);
  if (no_number) return look_up(endpoint, deadline);
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.port));
  return {asio::ip::tcp::endpoint(address, port)};
}

/// A socket whose descriptor a child of fork closes. So only its owner closes it: Beast, which
/// would, shuts it down.
class Peer : public Socket {
 public:
  explicit Peer(asio::io_context& loop) : Socket(loop) {}
  ~Peer() { hang_up(); }
  Peer(const Peer&) = delete;
  Peer(Peer&&) = delete;
  Peer& operator=(const Peer&) = delete;
  Peer& operator=(Peer&&) = delete;

  [[nodiscard]] Error open(const asio::generic::stream_protocol& protocol) {
    hang_up();
    Descriptor opened(open_socket(protocol.family()));
    if (!opened.is_open()) return {errno, boost::system::system_category()};
    descriptor_.emplace(std::move(opened));
    Error error;
    assign(protocol, descriptor_->get(), error);
    return error;
  }

  /// A peer that takes nothing more may have sent something before: what is left to read decides
  /// when the connection ends, so Beast does not learn of it here.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    const std::size_t size = asio::buffer_size(buffers);
    Socket::async_write_some(buffers, [size, handler = std::forward<Handler>(handler)](
                                          Error error, std::size_t sent) mutable {
      const bool is_deaf =
          error == asio::error::broken_pipe || error == asio::error::connection_reset;
      handler(is_deaf ? Error() : error, is_deaf ? size : sent);
    });
  }

  void shut_down() noexcept {
    Error ignored;
    shutdown(shutdown_both, ignored);
  }

  void hang_up() noexcept {
    shut_down();
    Error ignored;
    if (is_open()) (void)release(ignored);
    descriptor_.reset();
  }

 private:
  std::optional<UnsharedDescriptor> descriptor_;
};

// Beast finds these by their names.
void beast_close_socket(Peer& peer) { peer.shut_down(); }
[[maybe_unused]] void teardown(beast::role_type, Peer& peer, Error& error) {
  error = {};
  peer.shut_down();
}
template <class Handler>
void async_teardown(beast::role_type, Peer& peer, Handler&& handler) {
  peer.shut_down();
  asio::post(peer.get_executor(),
             [handler = std::forward<Handler>(handler)]() mutable { handler(Error()); });
}

/// What waits to be sent. Any thread.
class Outbox {
 public:
  explicit Outbox(std::size_t limit) : limit_(limit) {}

  /// Whether the I/O thread must be told that there is something.
  bool put(std::string_view message) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return false;
    if (message.size() > limit_ - bytes_) {
      throw CodexError("The Codex runtime does not read what it is sent; " +
                       std::to_string(bytes_) + " bytes are waiting");
    }
    bytes_ += message.size();
    messages_.emplace_back(message);
    return !std::exchange(is_sending_, true);
  }

  /// The next one to send; what was taken before is done with.
  std::optional<std::string> take() {
    const std::lock_guard lock(mutex_);
    bytes_ -= std::exchange(bytes_taken_, 0);
    if (messages_.empty()) {
      is_sending_ = false;
      return std::nullopt;
    }
    std::optional<std::string> message(std::move(messages_.front()));
    messages_.pop_front();
    bytes_taken_ = message->size();
    return message;
  }

  [[nodiscard]] bool is_empty() const {
    const std::lock_guard lock(mutex_);
    return !is_sending_;
  }

  void close() noexcept {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    messages_.clear();
  }

 private:
  mutable std::mutex mutex_;
  const std::size_t limit_;
  std::deque<std::string> messages_;
  std::size_t bytes_ = 0;
  std::size_t bytes_taken_ = 0;
  bool is_sending_ = false;
  bool is_closed_ = false;
};

class WebSocket final : public Transport {
 public:
  explicit WebSocket(const WebSocketOptions& options)
      : name_(printable(options.endpoint.text)),
        loop_(1),
        peer_(loop_),
        stream_(peer_),
        outbox_(options.max_outgoing_bytes),
        chunk_(chunk_bytes, '\0') {
    connect(options);
    upgrade(options);
    read();
  }

  bool receive(Receiver& receiver, TimePoint deadline) override {
    if (!splitter_) splitter_.emplace(receiver.max_message_bytes());
    receiver_ = &receiver;
    loop_.restart();
    if (!has_ended_ && !is_woken_.exchange(false)) loop_.run_one_until(no_later(deadline));
    for (int handlers = 0; handlers < max_handlers_at_once && loop_.poll_one() > 0;) ++handlers;
    receiver_ = nullptr;
    return !has_ended_;
  }

  void wake() noexcept override {
    if (!is_woken_.exchange(true)) asio::post(loop_, [] {});
  }

  void send(std::string_view message) override {
    message.remove_suffix(1);  // the newline
    if (message.size() > max_message_bytes_out) {
      throw CodexError("This message has " + std::to_string(message.size()) +
                       " bytes, and a runtime at an endpoint takes at most 64 MiB");
    }
    if (outbox_.put(message)) asio::post(loop_, [this] { write(); });
  }

  void close() noexcept override {
    try {
      if (!has_ended_) say_goodbye();
    } catch (const std::exception&) {  // without memory it goes without
    }
    has_ended_ = true;
    outbox_.close();
    peer_.hang_up();
  }

  End end() override { return {.reason = reason_}; }

 private:
  static TimePoint no_later(TimePoint deadline) {
    return std::min(deadline, Clock::now() + std::chrono::hours{1});
  }

  /// Runs the operation to its end. Its handler is not called after the deadline: the constructor
  /// throws then, and the loop goes with all that it has.
  std::optional<Error> finish(TimePoint deadline,
                              const std::function<void(std::function<void(Error)>)>& start) {
    const auto result = std::make_shared<std::optional<Error>>();
    start([result](Error error) { *result = error; });
    loop_.restart();
    while (!*result && Clock::now() < deadline) loop_.run_one_until(no_later(deadline));
    return *result;
  }

  void connect(const WebSocketOptions& options) {
    const Addresses addresses = addresses_of(options.endpoint, options.deadline);
    Error problem;
    for (std::size_t index = 0; index < addresses.size(); ++index) {
      // One that swallows everything leaves time for the rest.
      const auto now = Clock::now();
      const auto share =
          (no_later(options.deadline) - now) / static_cast<std::int64_t>(addresses.size() - index);
      problem = connect(addresses[index], now + share);
      if (!problem) return;
    }
    if (problem == asio::error::timed_out) throw late(options.endpoint);
    throw unreachable(options.endpoint, sentence(problem));
  }

  Error connect(const Addresses::value_type& address, TimePoint deadline) {
    if (const Error error = peer_.open(address.protocol())) return error;
    const auto result =
        finish(deadline, [&](const auto& done) { peer_.async_connect(address, done); });
    if (!result) return asio::error::timed_out;
    Error ignored;
    // A ping must not wait behind megabytes.
    peer_.set_option(asio::socket_base::send_buffer_size(send_buffer_bytes), ignored);
    peer_.set_option(asio::ip::tcp::no_delay(true), ignored);  // of TCP alone
    return *result;
  }

  void upgrade(const WebSocketOptions& options) {
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = websocket::stream_base::none();  // ours is `finish`
    timeouts.idle_timeout = 2 * options.silence;  // half of it passes before the ping
    timeouts.keep_alive_pings = true;
    stream_.set_option(timeouts);
    stream_.set_option(websocket::stream_base::decorator(
        [token = options.bearer_token](websocket::request_type& request) {
          if (token.empty()) return;
          request.set(beast::http::field::authorization, "Bearer " + token);
        }));
    stream_.read_message_max(0);  // the splitter has a limit
    stream_.auto_fragment(true);
    stream_.write_buffer_bytes(frame_bytes_out);
    const Endpoint& endpoint = options.endpoint;
    const bool is_unix = endpoint.kind == Endpoint::Kind::unix_socket;
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    const std::string host =
        is_unix ? "localhost"
                : (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + endpoint.port;
    websocket::response_type response;
    const auto problem = finish(options.deadline, [&](const auto& done) {
      stream_.async_handshake(response, host, is_unix ? "/" : endpoint.path, done);
    });
    if (!problem) throw late(endpoint);
    if (*problem) refuse(*problem, response);
  }

  [[noreturn]] void refuse(const Error& problem, const websocket::response_type& response) const {
    const unsigned status = response.result_int();
    if (problem != websocket::error::upgrade_declined) {
      throw TransportClosedError("What listens at " + name_ +
                                 " is no codex app-server: " + sentence(problem));
    }
    const std::string answer =
        std::to_string(status) + " " + excerpt(response.body(), max_refusal_bytes);
    if (status == 401 || status == 403) {
      throw CodexError("The Codex runtime at " + name_ + " refused this client: " + answer +
                       ". Check CodexConfig::bearer_token");
    }
    throw TransportClosedError("What listens at " + name_ +
                               " is no codex app-server: it answered " + answer);
  }

  /// What was sent just before goes out, as it would through a pipe: the runtime lives on, and may
  /// wait for it. Then the peer hangs up first, so that no reset destroys it on its way.
  void say_goodbye() {
    const TimePoint latest = Clock::now() + goodbye_time;
    loop_.restart();
    while (!has_ended_ && !outbox_.is_empty() && Clock::now() < latest) {
      loop_.run_one_until(latest);
    }
    Error ignored;
    peer_.shutdown(Socket::shutdown_send, ignored);
    while (!has_ended_ && Clock::now() < latest) loop_.run_one_until(latest);
  }

  // --- the I/O thread, within `receive` ---

  void read() {
    stream_.async_read_some(asio::buffer(chunk_), [this](Error error, std::size_t size) {
      if (error) return end(error);
      pass_on(size);
      read();
    });
  }

  void pass_on(std::size_t size) {
    if (receiver_ == nullptr) return;  // it is closing
    // The splitter takes a newline for the end of a message. JSON has them only as white space.
    std::replace(chunk_.begin(), chunk_.begin() + static_cast<std::ptrdiff_t>(size), '\n', ' ');
    const bool is_sane = splitter_->feed(std::string_view(chunk_).substr(0, size), lines_) &&
                         (!stream_.is_message_done() || splitter_->feed("\n", lines_));
    for (Line& line : lines_) {
      if (line.full_size > 0) {
        receiver_->outline(std::move(line.text), line.full_size);
      } else {
        receiver_->message(std::move(line.text));
      }
    }
    lines_.clear();
    if (is_sane) return;
    receiver_->broken("The Codex runtime sent a message of more than " +
                      std::to_string(receiver_->max_message_bytes()) +
                      " bytes: " + excerpt(splitter_->partial()));
  }

  void write() {
    auto message = outbox_.take();
    outgoing_ = message ? *std::move(message) : std::string();  // one may have had 64 MiB
    if (!message) return;
    stream_.async_write(asio::buffer(outgoing_), [this](Error error, std::size_t) {
      if (error) return end(error);
      write();
    });
  }

  void end(const Error& error) {
    if (std::exchange(has_ended_, true)) return;
    reason_ = "The connection to the Codex runtime at " + name_ + " was lost";
    if (error == beast::error::timeout) {
      reason_ += ": it gave no sign of life";
    } else if (error != asio::error::eof && error != websocket::error::closed) {
      reason_ += ": " + sentence(error);
    }
    outbox_.close();
  }

  const std::string name_;
  asio::io_context loop_;
  Peer peer_;
  websocket::stream<Peer&> stream_;
  Outbox outbox_;
  std::string chunk_;
  std::string outgoing_;
  std::optional<LineSplitter> splitter_;
  std::vector<Line> lines_;
  Receiver* receiver_ = nullptr;  // within `receive`
  std::atomic<bool> is_woken_ = false;
  bool has_ended_ = false;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Transport> connect_websocket(const WebSocketOptions& options) {
  return std::make_unique<WebSocket>(options);
}

}  // namespace codex::detail
