#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

#include "os/random_name.hpp"
#include "task/start_thread.hpp"
#include "testing/scripted/relay_listener.hpp"
#include "testing/scripted/winsock_windows.hpp"

namespace codex::testing::detail {
namespace {

constexpr std::chrono::seconds password_timeout{10};

std::runtime_error cannot_listen() {
  return std::runtime_error("cannot listen on 127.0.0.1: error " +
                            std::to_string(::WSAGetLastError()));
}

class TcpSocket final : public RelaySocket {
 public:
  explicit TcpSocket(Socket socket) : socket_(std::move(socket)) {}

  bool wait_readable(TimePoint deadline) override {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    WSAPOLLFD polled{.fd = socket_.get(), .events = POLLRDNORM, .revents = 0};
    return ::WSAPoll(&polled, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000))) >
           0;
  }

  std::size_t receive(std::span<char> buffer) override {
    const int count = ::recv(socket_.get(), buffer.data(), static_cast<int>(buffer.size()), 0);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool send(std::string_view bytes) override { return send_all(socket_.get(), bytes); }

  void shutdown() noexcept override { ::shutdown(socket_.get(), SD_BOTH); }

 private:
  const Socket socket_;
};

Socket listen_on_loopback() {
  Socket socket(::WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                             WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
  const sockaddr_in any_port = loopback(0);
  const BOOL alone = TRUE;  // no other process may share the port
  if (!socket.is_open() ||
      ::setsockopt(socket.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE,
                   reinterpret_cast<const char*>(&alone), sizeof alone) != 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&any_port), sizeof any_port) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    throw cannot_listen();
  }
  return socket;
}

std::uint16_t port_of(SOCKET socket) {
  sockaddr_in address{};
  int size = sizeof address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw cannot_listen();
  }
  return ::ntohs(address.sin_port);
}

}  // namespace

struct RelayListener::Impl {
  std::string password = codex::detail::random_name();  // any user can connect to a port
  std::string address;
  Winsock winsock;
  Socket socket;
  WSAEVENT connected = ::WSACreateEvent();
  WSAEVENT ended = ::WSACreateEvent();
  std::thread thread;

  Impl() = default;
  ~Impl() {
    ::WSACloseEvent(connected);
    ::WSACloseEvent(ended);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void run(const Accept& accept) const {
    const std::array<WSAEVENT, 2> waiting{ended, connected};
    while (::WSAWaitForMultipleEvents(waiting.size(), waiting.data(), FALSE, WSA_INFINITE, FALSE) ==
           WSA_WAIT_EVENT_0 + 1) {
      ::WSAResetEvent(connected);
      Socket client(::accept(socket.get(), nullptr, nullptr));
      if (!client.is_open()) continue;
      // As the listener, it would signal the event and not block.
      u_long blocks = 0;
      ::WSAEventSelect(client.get(), nullptr, 0);
      ::ioctlsocket(client.get(), FIONBIO, &blocks);
      ::SetHandleInformation(reinterpret_cast<HANDLE>(client.get()), HANDLE_FLAG_INHERIT, 0);
      auto channel = std::make_unique<TcpSocket>(std::move(client));
      if (knows_password(*channel)) accept(std::move(channel));
    }
  }

  [[nodiscard]] bool knows_password(TcpSocket& client) const {
    std::string given(password.size(), ' ');
    std::span<char> left(given);
    const TimePoint deadline = Clock::now() + password_timeout;
    while (!left.empty() && client.wait_readable(deadline)) {
      const std::size_t count = client.receive(left);
      if (count == 0) return false;
      left = left.subspan(count);
    }
    return left.empty() && given == password;
  }
};

RelayListener::RelayListener(const std::filesystem::path& /*folder*/, Accept accept)
    : impl_(std::make_unique<Impl>()) {
  impl_->socket = listen_on_loopback();
  impl_->address = std::to_string(port_of(impl_->socket.get())) + ":" + impl_->password;
  if (::WSAEventSelect(impl_->socket.get(), impl_->connected, FD_ACCEPT) != 0) {
    throw cannot_listen();
  }
  impl_->thread = codex::detail::start_thread(
      "start a ScriptedServer",
      [impl = impl_.get(), accept = std::move(accept)] { impl->run(accept); });
}

RelayListener::~RelayListener() {
  ::WSASetEvent(impl_->ended);
  impl_->thread.join();
}

const std::string& RelayListener::address() const { return impl_->address; }

}  // namespace codex::testing::detail
