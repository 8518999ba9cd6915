#pragma once

#include <winsock2.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace codex::testing::detail {

/// Keeps the system's sockets usable.
class Winsock {
 public:
  Winsock() {
    WSADATA data{};
    if (::WSAStartup(MAKEWORD(2, 2), &data) != 0) throw std::runtime_error("there are no sockets");
  }
  ~Winsock() { ::WSACleanup(); }
  Winsock(const Winsock&) = delete;
  Winsock& operator=(const Winsock&) = delete;
};

/// Owns a socket.
class Socket {
 public:
  Socket() noexcept = default;
  explicit Socket(SOCKET socket) noexcept : socket_(socket) {}
  Socket(const Socket&) = delete;
  Socket(Socket&& other) noexcept : socket_(std::exchange(other.socket_, INVALID_SOCKET)) {}
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&& other) noexcept {
    std::swap(socket_, other.socket_);
    return *this;
  }
  ~Socket() {
    if (is_open()) ::closesocket(socket_);
  }

  [[nodiscard]] SOCKET get() const noexcept { return socket_; }
  [[nodiscard]] bool is_open() const noexcept { return socket_ != INVALID_SOCKET; }

 private:
  SOCKET socket_ = INVALID_SOCKET;
};

/// 127.0.0.1 with this port.
[[nodiscard]] inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = ::htons(port);
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  return address;
}

/// False if the other end is gone.
[[nodiscard]] inline bool send_all(SOCKET socket, std::string_view bytes) {
  constexpr std::size_t most_at_once = std::size_t{1} << 20;
  while (!bytes.empty()) {
    const int size = static_cast<int>(std::min(bytes.size(), most_at_once));
    const int count = ::send(socket, bytes.data(), size, 0);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace codex::testing::detail
