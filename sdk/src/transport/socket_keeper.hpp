#pragma once

// For files that are compiled with CODEX_SDK_WEBSOCKET alone: Boost's headers.
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <memory>
#include <string>

namespace codex::detail {

using StreamSocket = boost::asio::generic::stream_protocol::socket;
using StreamAddress = boost::asio::generic::stream_protocol::endpoint;

/// Opens and closes a socket of Asio whose descriptor no child process keeps.
class SocketKeeper {
 public:
  explicit SocketKeeper(StreamSocket& socket);
  ~SocketKeeper();
  SocketKeeper(const SocketKeeper&) = delete;
  SocketKeeper(SocketKeeper&&) = delete;
  SocketKeeper& operator=(const SocketKeeper&) = delete;
  SocketKeeper& operator=(SocketKeeper&&) = delete;

  [[nodiscard]] boost::system::error_code open(const boost::asio::generic::stream_protocol& kind);
  void close() noexcept;

 private:
  struct Kept;

  StreamSocket& socket_;
  std::unique_ptr<Kept> descriptor_;
};

/// How many bytes the name of a unix socket may have.
[[nodiscard]] std::size_t longest_socket_name() noexcept;

/// The unix socket of this name, which is not too long.
[[nodiscard]] StreamAddress address_of_unix_socket(const std::string& name);

}  // namespace codex::detail
