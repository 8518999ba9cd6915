// The port at which the processes of a ScriptedServer connect: any user of this machine can.

#include "testing/scripted/relay_listener.hpp"

#include <windows.h>
#include <winsock2.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/processes.hpp"
#include "testing/scripted/winsock_windows.hpp"

namespace codex::testing::detail {
namespace {

/// A listener, and those whom it let in.
struct Door {
  Winsock winsock;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::unique_ptr<RelaySocket>> inside;
  RelayListener listener{{}, [this](std::unique_ptr<RelaySocket> socket) {
                           const std::lock_guard lock(mutex);
                           inside.push_back(std::move(socket));
                           changed.notify_one();
                         }};
  std::string address = listener.address();
  std::string password = address.substr(address.find(':') + 1);

  [[nodiscard]] Socket connect() const {
    Socket socket(::WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED));
    const sockaddr_in server = loopback(static_cast<std::uint16_t>(std::stoi(address)));
    REQUIRE(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) ==
            0);
    return socket;
  }

  [[nodiscard]] std::size_t count_inside(std::size_t expected) {
    std::unique_lock lock(mutex);
    changed.wait_until(lock, soon(), [&] { return inside.size() >= expected; });
    return inside.size();
  }
};

/// Whether the other end closes it, which is no matter of milliseconds for one that says nothing.
bool is_closed_within(const Socket& socket, int milliseconds) {
  WSAPOLLFD polled{.fd = socket.get(), .events = POLLRDNORM, .revents = 0};
  return ::WSAPoll(&polled, 1, milliseconds) > 0;
}

}  // namespace

TEST_CASE_FIXTURE(Door, "one that says nothing keeps nobody else waiting") {
  const Socket silent = connect();
  const Socket slow = connect();
  REQUIRE(send_all(slow.get(), password.substr(0, 3)));
  const Socket ours = connect();
  REQUIRE(send_all(ours.get(), password + "hello"));
  REQUIRE(count_inside(1) == 1);
  CHECK_FALSE(is_closed_within(silent, 0));

  std::string text(5, ' ');
  REQUIRE(inside.front()->wait_readable(soon()));
  CHECK(inside.front()->receive(text) == 5);
  CHECK(text == "hello");
  REQUIRE(inside.front()->send("answer"));
  CHECK(::recv(ours.get(), text.data(), 5, 0) == 5);
  CHECK(text == "answe");

  REQUIRE(send_all(slow.get(), password.substr(3)));
  CHECK(count_inside(2) == 2);
}

TEST_CASE_FIXTURE(Door, "hundreds that say nothing keep nobody else waiting") {
  std::vector<Socket> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(connect());
  const Socket ours = connect();
  REQUIRE(send_all(ours.get(), password));
  CHECK(count_inside(1) == 1);
  CHECK(is_closed_within(silent.front(), 20'000));
}

TEST_CASE_FIXTURE(Door, "one that does not know the password is sent away") {
  const Socket stranger = connect();
  REQUIRE(send_all(stranger.get(), std::string(password.size(), 'x')));
  CHECK(is_closed_within(stranger, 20'000));
  CHECK(inside.empty());
}

}  // namespace codex::testing::detail
