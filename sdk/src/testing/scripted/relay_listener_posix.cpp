#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <limits>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <thread>
#include <utility>

#include "os/descriptor.hpp"
#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "task/start_thread.hpp"
#include "testing/scripted/relay_listener.hpp"

namespace codex::testing::detail {
namespace {

using codex::detail::Descriptor;

int poll_timeout(TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

class UnixSocket final : public RelaySocket {
 public:
  explicit UnixSocket(Descriptor socket) : socket_(std::move(socket)) {}

  bool wait_readable(TimePoint deadline) override {
    pollfd polled{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&polled, 1, poll_timeout(deadline)) > 0;
  }

  std::size_t receive(std::span<char> buffer) override {
    ssize_t count = -1;
    do {
      count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    } while (count < 0 && errno == EINTR);
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  bool send(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = codex::detail::send_quietly(socket_.get(), bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
        pollfd polled{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
        ::poll(&polled, 1, -1);
      } else if (errno != EINTR) {
        return false;
      }
    }
    return true;
  }

  void shutdown() noexcept override { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  const Descriptor socket_;
};

Descriptor listen_at(const std::string& name) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (name.size() >= sizeof address.sun_path) {
    throw std::runtime_error("the path is too long for a socket: " + name);
  }
  std::memcpy(address.sun_path, name.c_str(), name.size());
  Descriptor socket(codex::detail::open_socket(AF_UNIX));
  if (!socket.is_open() ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0) {
    throw std::runtime_error("cannot listen at " + name + ": " +
                             std::generic_category().message(errno));
  }
  return socket;
}

}  // namespace

struct RelayListener::Impl {
  std::string address;
  Descriptor socket;
  Descriptor wake_reader;
  Descriptor wake_writer;
  std::thread thread;

  void run(const Accept& accept) const {
    while (true) {
      std::array<pollfd, 2> polled = {
          pollfd{.fd = socket.get(), .events = POLLIN, .revents = 0},
          pollfd{.fd = wake_reader.get(), .events = POLLIN, .revents = 0}};
      if (::poll(polled.data(), polled.size(), -1) < 0) continue;
      if (polled[1].revents != 0) return;
      Descriptor client(codex::detail::accept_socket(socket.get()));
      if (client.is_open()) accept(std::make_unique<UnixSocket>(std::move(client)));
    }
  }
};

RelayListener::RelayListener(const std::filesystem::path& folder, Accept accept)
    : impl_(std::make_unique<Impl>()) {
  int ends[2];
  if (!codex::detail::make_pipe(ends)) throw std::runtime_error("no descriptors left");
  impl_->wake_reader = Descriptor(ends[0]);
  impl_->wake_writer = Descriptor(ends[1]);
  impl_->address = (folder / "socket").string();
  impl_->socket = listen_at(impl_->address);
  const auto listen = [impl = impl_.get(), accept = std::move(accept)] { impl->run(accept); };
  try {
    impl_->thread = codex::detail::start_thread("start a ScriptedServer", listen);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(impl_->address, ignored);  // for the next attempt
    throw;
  }
}

RelayListener::~RelayListener() {
  impl_->wake_writer.reset();
  impl_->thread.join();
}

const std::string& RelayListener::address() const { return impl_->address; }

}  // namespace codex::testing::detail
