#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
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
#include "transport/child_windows.hpp"

namespace codex::testing::detail {
namespace {

constexpr std::chrono::seconds password_timeout{10};
constexpr std::size_t most_guests = 256;

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

/// One that has connected, and has not proved yet that it is ours.
class Guest {
 public:
  Guest(Socket socket, WSAEVENT readable) : socket_(std::move(socket)) {
    ::SetHandleInformation(reinterpret_cast<HANDLE>(socket_.get()), HANDLE_FLAG_INHERIT, 0);
    ::WSAEventSelect(socket_.get(), readable, FD_READ | FD_CLOSE);  // does not block from now on
  }

  [[nodiscard]] TimePoint deadline() const noexcept { return deadline_; }

  /// Reads what has come. Nothing if more must come; else whether it is the password.
  std::optional<bool> knows(std::string_view password) {
    std::array<char, 64> piece{};
    while (given_.size() < password.size()) {
      const std::size_t size = std::min(piece.size(), password.size() - given_.size());
      const int count = ::recv(socket_.get(), piece.data(), static_cast<int>(size), 0);
      if (count <= 0) {
        const bool is_late = Clock::now() >= deadline_;
        const bool may_come = count < 0 && ::WSAGetLastError() == WSAEWOULDBLOCK && !is_late;
        return may_come ? std::nullopt : std::optional(false);
      }
      given_.append(piece.data(), static_cast<std::size_t>(count));
    }
    return given_ == password;
  }

  /// For those who wait for it.
  std::unique_ptr<TcpSocket> let_in() && {
    u_long blocks = 0;
    ::WSAEventSelect(socket_.get(), nullptr, 0);
    ::ioctlsocket(socket_.get(), FIONBIO, &blocks);
    return std::make_unique<TcpSocket>(std::move(socket_));
  }

 private:
  Socket socket_;
  std::string given_;
  TimePoint deadline_ = Clock::now() + password_timeout;
};

}  // namespace

struct RelayListener::Impl {
  std::string password = codex::detail::random_name();  // any user can connect to a port
  std::string address;
  Winsock winsock;
  Socket socket;
  WSAEVENT readable = ::WSACreateEvent();
  WSAEVENT ended = ::WSACreateEvent();
  std::thread thread;

  Impl() = default;
  ~Impl() {
    ::WSACloseEvent(readable);
    ::WSACloseEvent(ended);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// Any user can connect to the port: those who say nothing keep nobody waiting. Of too many, the
  /// one that was silent longest goes, since the next one is told only after all were taken.
  void run(const Accept& accept) const {
    std::list<Guest> guests;
    while (!has_ended(guests)) {
      ::WSAResetEvent(readable);
      while (true) {
        Socket client(::accept(socket.get(), nullptr, nullptr));
        if (!client.is_open()) break;
        if (guests.size() == most_guests) guests.pop_front();
        guests.emplace_back(std::move(client), readable);
      }
      for (auto guest = guests.begin(); guest != guests.end();) {
        const std::optional<bool> is_ours = guest->knows(password);
        if (is_ours == true) accept(std::move(*guest).let_in());
        guest = is_ours ? guests.erase(guest) : std::next(guest);
      }
    }
  }

  /// Waits for a connection, for bytes, or for a guest's deadline. True once the listener ends.
  [[nodiscard]] bool has_ended(const std::list<Guest>& guests) const {
    const std::array<WSAEVENT, 2> waiting{ended, readable};
    DWORD patience = WSA_INFINITE;
    if (!guests.empty()) patience = codex::detail::milliseconds_until(guests.front().deadline());
    const DWORD result = ::WSAWaitForMultipleEvents(static_cast<DWORD>(waiting.size()),
                                                    waiting.data(), FALSE, patience, FALSE);
    return result != WSA_WAIT_EVENT_0 + 1 && result != WSA_WAIT_TIMEOUT;
  }
};

RelayListener::RelayListener(const std::filesystem::path& /*folder*/, Accept accept)
    : impl_(std::make_unique<Impl>()) {
  impl_->socket = listen_on_loopback();
  impl_->address = std::to_string(port_of(impl_->socket.get())) + ":" + impl_->password;
  if (::WSAEventSelect(impl_->socket.get(), impl_->readable, FD_ACCEPT) != 0) {
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
