#include "relay.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace soak {

namespace {

using codex::detail::Descriptor;

constexpr std::size_t most_waiting = 1 << 20;

[[noreturn]] void fail(const char* doing) {
  throw std::system_error(errno, std::generic_category(), doing);
}

sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error("too long: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Descriptor open_socket(int family) {
  Descriptor opened(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!opened.is_open()) fail("socket");
  return opened;
}

template <class Address, class Call>
bool with_address(Call call, int socket, const Address& address) {
  return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// Closed if nobody listens there.
Descriptor connect_to(const std::string& endpoint) {
  constexpr std::string_view local = "unix://", remote = "ws://127.0.0.1:";
  bool is_connected = false;
  Descriptor peer;
  if (endpoint.starts_with(local)) {
    std::error_code error;  // the runtime's path is a link to one that is short enough
    const std::string link = endpoint.substr(local.size());
    const auto path = std::filesystem::read_symlink(link, error);
    peer = open_socket(AF_UNIX);
    is_connected = with_address(::connect, peer.get(), unix_address(error ? link : path.string()));
  } else if (endpoint.starts_with(remote)) {
    std::uint16_t port = 0;
    std::from_chars(endpoint.data() + remote.size(), endpoint.data() + endpoint.size(), port);
    peer = open_socket(AF_INET);
    is_connected = with_address(::connect, peer.get(), loopback(port));
  }
  return is_connected ? std::move(peer) : Descriptor();
}

void do_not_block(const Descriptor& descriptor) {
  ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

Relay::Relay(const std::string& path) {
  listener_ = open_socket(path.empty() ? AF_INET : AF_UNIX);
  if (path.empty()) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (!with_address(::bind, listener_.get(), address) ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      fail("bind");
    }
    endpoint_ = "ws://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  } else {
    if (!with_address(::bind, listener_.get(), unix_address(path))) fail("bind");
    endpoint_ = "unix://" + path;
  }
  std::array<int, 2> ends{};
  if (::listen(listener_.get(), 16) != 0 || ::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    fail("listen");
  }
  do_not_block(listener_);
  wake_ = Descriptor(ends[0]);
  waker_ = Descriptor(ends[1]);
  thread_ = std::thread([this] { run(); });
}

Relay::~Relay() {
  ends_ = true;
  (void)!::write(waker_.get(), "", 1);
  thread_.join();
}

void Relay::lead_to(const std::string& endpoint) {
  const std::scoped_lock lock(mutex_);
  target_ = endpoint;
}

void Relay::cut(std::chrono::milliseconds outage) {
  {
    const std::scoped_lock lock(mutex_);
    outage_ends_ = Clock::now() + outage;
  }
  cut_ = true;
  (void)!::write(waker_.get(), "", 1);
}

void Relay::run() {
  while (!ends_) {
    std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    const auto add = [&polled](const Descriptor& descriptor, const Direction& from,
                               const Direction& to) {
      short events = 0;
      if (!from.has_ended && from.waits.size() < most_waiting) events |= POLLIN;
      if (!to.waits.empty()) events |= POLLOUT;
      polled.push_back({descriptor.get(), events, 0});
    };
    for (const auto& connection : connections_) {
      add(connection.client, connection.up, connection.down);
      add(connection.runtime, connection.down, connection.up);
    }
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) return;
    std::array<char, 64> ignored{};
    while (::read(wake_.get(), ignored.data(), ignored.size()) > 0) {
    }
    if (cut_.exchange(false)) {
      connections_.clear();
      continue;
    }
    std::size_t at = 2;
    for (auto it = connections_.begin(); it != connections_.end(); at += 2) {
      const bool goes_on = move(*it, polled[at].revents, polled[at + 1].revents);
      it = goes_on ? std::next(it) : connections_.erase(it);
    }
    if ((polled[1].revents & POLLIN) != 0) accept();
  }
}

void Relay::accept() {
  Descriptor client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  if (!client.is_open()) return;
  std::unique_lock lock(mutex_);
  if (Clock::now() < outage_ends_) return;
  const std::string target = target_;
  lock.unlock();
  Descriptor runtime = connect_to(target);
  if (!runtime.is_open()) return;
  do_not_block(client);
  do_not_block(runtime);
  connections_.push_back({std::move(client), std::move(runtime), {}, {}});
}

/// False when the connection is over: as soon as one side ends and all of it has arrived.
bool Relay::move(Connection& connection, short client_events, short runtime_events) {
  const auto read = [](const Descriptor& from, Direction& direction, short events) {
    if ((events & (POLLIN | POLLHUP | POLLERR)) == 0 || direction.has_ended) return;
    std::array<char, 65536> piece{};
    const auto size = ::read(from.get(), piece.data(), piece.size());
    if (size > 0) direction.waits.append(piece.data(), static_cast<std::size_t>(size));
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) direction.has_ended = true;
  };
  const auto write = [](const Descriptor& to, Direction& direction) {
    if (direction.waits.empty()) return true;
    const auto size =
        ::send(to.get(), direction.waits.data(), direction.waits.size(), MSG_NOSIGNAL);
    if (size > 0) direction.waits.erase(0, static_cast<std::size_t>(size));
    return size >= 0 || errno == EAGAIN || errno == EINTR;
  };
  read(connection.client, connection.up, client_events);
  read(connection.runtime, connection.down, runtime_events);
  if (!write(connection.runtime, connection.up) || !write(connection.client, connection.down)) {
    return false;
  }
  const auto is_over = [](const Direction& way) { return way.has_ended && way.waits.empty(); };
  return !is_over(connection.up) && !is_over(connection.down);
}

}  // namespace soak
