#include <boost/asio/local/stream_protocol.hpp>
#include <cerrno>
#include <sys/un.h>
#include <utility>

#include "os/platform.hpp"
#include "os/unshared_descriptor.hpp"
#include "transport/socket_keeper.hpp"

namespace codex::detail {

using boost::system::error_code;

struct SocketKeeper::Kept {
  UnsharedDescriptor unshared;
};

SocketKeeper::SocketKeeper(StreamSocket& socket) : socket_(socket) {}
SocketKeeper::~SocketKeeper() { close(); }

error_code SocketKeeper::open(const boost::asio::generic::stream_protocol& kind) {
  close();
  Descriptor opened(open_socket(kind.family()));
  if (!opened.is_open()) return {errno, boost::system::system_category()};
  descriptor_.reset(new Kept{UnsharedDescriptor(std::move(opened))});
  error_code error;
  socket_.assign(kind, descriptor_->unshared.get(), error);
  return error;
}

// Only its owner closes the descriptor.
void SocketKeeper::close() noexcept {
  error_code ignored;
  if (socket_.is_open()) (void)socket_.release(ignored);
  descriptor_.reset();
}

std::size_t longest_socket_name() noexcept { return sizeof(sockaddr_un::sun_path) - 1; }

StreamAddress address_of_unix_socket(const std::string& name) {
  return boost::asio::local::stream_protocol::endpoint(name);
}

}  // namespace codex::detail
