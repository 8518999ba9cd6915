#include <afunix.h>
#include <algorithm>

#include "transport/socket_keeper.hpp"  // Asio wants to include Windows' headers itself

namespace codex::detail {

struct SocketKeeper::Kept {};

SocketKeeper::SocketKeeper(StreamSocket& socket) : socket_(socket) {}
SocketKeeper::~SocketKeeper() { close(); }

boost::system::error_code SocketKeeper::open(const boost::asio::generic::stream_protocol& kind) {
  close();
  boost::system::error_code error;
  socket_.open(kind, error);
  if (!error) {
    ::SetHandleInformation(reinterpret_cast<HANDLE>(socket_.native_handle()), HANDLE_FLAG_INHERIT,
                           0);
  }
  return error;
}

void SocketKeeper::close() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

std::size_t longest_socket_name() noexcept { return sizeof(sockaddr_un::sun_path) - 1; }

StreamAddress address_of_unix_socket(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy_n(name.begin(), std::min(name.size(), longest_socket_name()), address.sun_path);
  return {&address, sizeof address};
}

}  // namespace codex::detail
