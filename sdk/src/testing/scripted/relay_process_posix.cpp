// codex-scripted-server: a process that a ScriptedServer in another process controls.
//
// usage: codex-scripted-server SOCKET

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "testing/scripted/relay.hpp"

namespace {

using codex::testing::detail::RelayCommand;
using codex::testing::detail::RelayHeader;

constexpr int stdin_check_period_ms = 20;

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) return -1;
  std::strcpy(address.sun_path, path);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return socket;
  }
  return -1;
}

bool write_all(int file, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t count = ::write(file, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    data += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

bool read_all(int file, void* data, std::size_t size) {
  auto* bytes = static_cast<char*>(data);
  while (size > 0) {
    const ssize_t count = ::read(file, bytes, size);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    bytes += count;
    size -= static_cast<std::size_t>(count);
  }
  return true;
}

/// Forwards stdin to the server.
class StdinPump {
 public:
  explicit StdinPump(int socket) : thread_([this, socket] { run(socket); }) {}

  /// Closes stdin so that its writer notices, too.
  void close_stdin() {
    if (!thread_.joinable()) return;
    is_stopped_ = true;
    thread_.join();
    ::shutdown(STDIN_FILENO, SHUT_RDWR);  // fails if it is a pipe
    ::close(STDIN_FILENO);
  }

 private:
  void run(int socket) const {
    std::array<char, std::size_t{64} * 1024> chunk;
    while (!is_stopped_) {
      pollfd polled{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
      if (::poll(&polled, 1, stdin_check_period_ms) <= 0) continue;
      const ssize_t count = ::read(STDIN_FILENO, chunk.data(), chunk.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0 || !write_all(socket, chunk.data(), static_cast<std::size_t>(count))) break;
    }
    if (!is_stopped_) ::shutdown(socket, SHUT_WR);
  }

  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

[[noreturn]] void leave(int code) { ::_exit(code); }

[[noreturn]] void wait_for_force() {
  while (true) ::pause();
}

int number(const std::string& bytes) {
  int value = 0;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

[[noreturn]] void obey(int socket) {
  StdinPump pump(socket);
  bool ignores_shutdown = false;
  RelayHeader header{};
  while (read_all(socket, &header, sizeof header)) {
    std::string bytes(header.size, '\0');
    if (!read_all(socket, bytes.data(), bytes.size())) break;
    switch (header.command) {
      case RelayCommand::write_stdout:
        if (!write_all(STDOUT_FILENO, bytes.data(), bytes.size()) && !ignores_shutdown) leave(1);
        break;
      case RelayCommand::write_stderr:
        write_all(STDERR_FILENO, bytes.data(), bytes.size());
        break;
      case RelayCommand::close_stdout:
        ::close(STDOUT_FILENO);
        break;
      case RelayCommand::close_stdin:
        pump.close_stdin();
        break;
      case RelayCommand::ignore_shutdown:
        ignores_shutdown = true;
        std::signal(SIGTERM, SIG_IGN);
        break;
      case RelayCommand::exit:
        leave(number(bytes));
      case RelayCommand::die:
        std::signal(number(bytes), SIG_DFL);
        std::raise(number(bytes));
        break;
    }
  }
  if (ignores_shutdown) wait_for_force();
  leave(0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: codex-scripted-server SOCKET, as a ScriptedServer starts it\n", stderr);
    return 2;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const int socket = connect_to(argv[1]);
  if (socket < 0) {
    std::fprintf(stderr, "codex-scripted-server: its ScriptedServer is gone: %s\n", argv[1]);
    return 1;
  }
  try {
    obey(socket);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "codex-scripted-server: %s\n", error.what());
    return 1;
  }
}
