#pragma once

// For files that are compiled with CODEX_SDK_WEBSOCKET alone: Boost's headers.
#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "task/clock.hpp"

namespace codex::detail {

using LinkError = boost::system::error_code;

/// What an operation of a `Link` calls once, when it is done.
class Done {
 public:
  template <class Handler>
    requires(!std::same_as<std::remove_cvref_t<Handler>, Done>)
  explicit Done(Handler&& handler)
      : handler_(std::make_unique<Holder<std::remove_cvref_t<Handler>>>(
            std::forward<Handler>(handler))) {}

  void operator()(const LinkError& error, std::size_t size) {
    const auto handler = std::move(handler_);  // it may start the next operation
    handler->call(error, size);
  }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(const LinkError& error, std::size_t size) = 0;
  };
  template <class Handler>
  struct Holder final : Base {
    template <class From>
    explicit Holder(From&& from) : handler(std::forward<From>(from)) {}
    void call(const LinkError& error, std::size_t size) override { handler(error, size); }
    Handler handler;
  };

  std::unique_ptr<Base> handler_;
};

/// Bytes to and from a peer: a socket, TLS over another link, or the pipes of a process. Its loop
/// calls what is done, and the thread that runs the loop calls everything here but what says
/// otherwise. At most one read and one write at a time.
class Link {
 public:
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  virtual ~Link() = default;

  virtual void read_some(boost::asio::mutable_buffer buffer, Done done) = 0;
  /// A peer that takes nothing more may have sent something before: what is left to read decides
  /// when the connection ends, so such a write succeeds.
  virtual void write_some(boost::asio::const_buffer buffer, Done done) = 0;
  /// Tells the peer that nothing more will come, and reads on.
  virtual void finish_sending() noexcept = 0;
  /// Ends both directions; a read that waits ends.
  virtual void shut_down() noexcept = 0;
  /// Frees what it holds. Takes a bounded time.
  virtual void hang_up() noexcept = 0;

  /// After an upgrade that failed: throws what the link itself knows of the reason, if anything.
  virtual void throw_reason() {}
  /// After the end: what the link itself knows of it, a sentence without the full stop.
  [[nodiscard]] virtual std::string last_words() { return {}; }
  /// As those of `Transport`. Any thread.
  [[nodiscard]] virtual std::string stray_output() const { return {}; }
  [[nodiscard]] virtual std::string stderr_tail() const { return {}; }
};

/// A link as Asio's and Beast's templates want it. They use it by reference: one copy of their code
/// serves all links.
class LinkStream {
 public:
  using executor_type = boost::asio::io_context::executor_type;
  using lowest_layer_type = LinkStream;

  LinkStream(boost::asio::io_context& loop, Link& link) : loop_(loop), link_(link) {}

  [[nodiscard]] executor_type get_executor() noexcept { return loop_.get_executor(); }
  [[nodiscard]] lowest_layer_type& lowest_layer() noexcept { return *this; }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    boost::asio::mutable_buffer room;
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto it = boost::asio::buffer_sequence_begin(buffers); it != end && room.size() == 0;
         ++it) {
      room = boost::asio::mutable_buffer(*it);
    }
    link_.read_some(room, Done(std::forward<Handler>(handler)));
  }

  /// In one piece: the head of a frame goes out with the frame.
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    outgoing_.resize(std::min(boost::asio::buffer_size(buffers), longest_write));
    boost::asio::buffer_copy(boost::asio::buffer(outgoing_), buffers);
    link_.write_some(boost::asio::buffer(std::as_const(outgoing_)),
                     Done(std::forward<Handler>(handler)));
  }

  // Beast finds these by their names.
  friend void beast_close_socket(LinkStream& stream) { stream.link_.shut_down(); }
  friend void teardown(boost::beast::role_type /*role*/, LinkStream& stream, LinkError& error) {
    error = {};
    stream.link_.shut_down();
  }
  template <class Handler>
  friend void async_teardown(boost::beast::role_type /*role*/, LinkStream& stream,
                             Handler&& handler) {
    stream.link_.shut_down();
    boost::asio::post(stream.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
      handler(LinkError());
    });
  }

 private:
  static constexpr std::size_t longest_write = std::size_t{128} * 1024;

  boost::asio::io_context& loop_;
  Link& link_;
  std::string outgoing_;
};

/// The deadline, or one that Asio can compute with.
[[nodiscard]] inline TimePoint no_later(TimePoint deadline) {
  return std::min(deadline, Clock::now() + std::chrono::hours{1});
}

/// Runs an operation to its end; nothing at the deadline. Its handler may outlive this call.
[[nodiscard]] std::optional<LinkError> finish(
    boost::asio::io_context& loop, TimePoint deadline,
    const std::function<void(std::function<void(LinkError)>)>& start);

}  // namespace codex::detail
