#include <algorithm>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/errors.hpp>

#include "mask/describe_output.hpp"
#include "mask/mask.hpp"
#include "text/printable.hpp"
#include "transport/link.hpp"
#include "transport/reach_errors.hpp"
#include "transport/socket_link.hpp"
#include "transport/ssh_link.hpp"
#include "transport/tls_link.hpp"
#include "transport/websocket.hpp"
#include "wire/line_splitter.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Error = LinkError;

// What the runtime takes: larger ones make it drop the connection, without a word.
constexpr std::size_t max_message_bytes_out = std::size_t{64} * 1024 * 1024;
constexpr std::size_t frame_bytes_out = std::size_t{64} * 1024;
constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;
constexpr std::chrono::milliseconds goodbye_time{500};
// An answer to the upgrade is a sentence.
constexpr std::size_t max_refusal_bytes = 500;
constexpr int max_handlers_at_once = 64;

std::string sentence(const Error& error) { return printable(error.message()); }

std::unique_ptr<Link> connect_link(asio::io_context& loop, const WebSocketOptions& options) {
  const Endpoint& endpoint = options.endpoint;
  switch (endpoint.kind) {
    case Endpoint::Kind::ssh:
      return start_ssh(loop, options);
    case Endpoint::Kind::tls_websocket:
      return secure_link(loop, connect_socket(loop, endpoint, options.deadline), endpoint,
                         options.ca_file, options.deadline);
    case Endpoint::Kind::unix_socket:
    case Endpoint::Kind::websocket:
      break;
  }
  return connect_socket(loop, endpoint, options.deadline);
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
        link_(connect_link(loop_, options)),
        bytes_(loop_, *link_),
        stream_(bytes_),
        outbox_(options.max_outgoing_bytes),
        chunk_(chunk_bytes, '\0') {
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
    if (outbox_.put(message)) asio::post(loop_, [this] { write(); });
  }

  [[nodiscard]] std::size_t longest_message() const noexcept override {
    return max_message_bytes_out;
  }

  void close() noexcept override {
    try {
      if (!has_ended_) say_goodbye();
    } catch (const std::exception&) {  // without memory it goes without
    }
    has_ended_ = true;
    outbox_.close();
    link_->hang_up();
  }

  End end() override {
    const std::string words = link_->last_words();
    return {.reason = words.empty() ? reason_ : reason_ + ". " + words};
  }

  [[nodiscard]] std::string stray_output() const override { return link_->stray_output(); }
  [[nodiscard]] std::string stderr_tail() const override { return link_->stderr_tail(); }

 private:
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
    const bool has_url = endpoint.kind == Endpoint::Kind::websocket ||
                         endpoint.kind == Endpoint::Kind::tls_websocket;
    const bool is_v6 = endpoint.host.find(':') != std::string::npos;
    const std::string host =
        has_url ? (is_v6 ? "[" + endpoint.host + "]" : endpoint.host) + ":" + endpoint.port
                : "localhost";
    websocket::response_type response;
    const auto problem = finish(loop_, options.deadline, [&](const auto& done) {
      stream_.async_handshake(response, host, has_url ? endpoint.path : "/", done);
    });
    if (!problem) {
      throw late(endpoint, describe_output(link_->stray_output(), link_->stderr_tail()));
    }
    if (!*problem) return;
    link_->throw_reason();
    refuse(*problem, response);
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
    link_->finish_sending();
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
  const std::unique_ptr<Link> link_;
  LinkStream bytes_;
  websocket::stream<LinkStream&> stream_;
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
