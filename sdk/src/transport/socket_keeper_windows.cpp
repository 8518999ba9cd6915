#include <algorithm>
#include <array>

#include "transport/socket_keeper.hpp"

namespace codex::detail {

namespace {

// As in <afunix.h>, which wants another header before it.
struct UnixAddress {
  ADDRESS_FAMILY family = AF_UNIX;
  std::array<char, 108> path{};
};

}  // namespace

struct SocketKeeper::Kept {};

SocketKeeper::SocketKeeper(StreamSocket& socket) : socket_(socket) {}
SocketKeeper::~SocketKeeper() { close(); }

boost::system::error_code SocketKeeper::open(const boost::asio::generic::stream_protocol& kind) {
  close();
  boost::system::error_code error;
  socket_.open(kind, error);
  if (!error) {
    const SOCKET opened = socket_.native_handle();
    ::SetHandleInformation(reinterpret_cast<HANDLE>(opened), HANDLE_FLAG_INHERIT, 0);
  }
  return error;
}

void SocketKeeper::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

std::size_t longest_socket_name() noexcept { return std::size(UnixAddress().path) - 1; }

StreamAddress address_of_unix_socket(const std::string& name) {
  UnixAddress address;
  std::copy_n(name.begin(), std::min(name.size(), longest_socket_name()), address.path.begin());
  return {&address, sizeof address};
}

}  // namespace codex::detail
