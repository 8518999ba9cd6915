#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>

#include "testing/scripted/relay_process.hpp"

namespace codex::testing::detail {
namespace {

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

class PosixProcess final : public RelayProcess {
 public:
  explicit PosixProcess(int socket) : socket_(socket), pump_(socket) {}

  bool receive(void* data, std::size_t size) override { return read_all(socket_, data, size); }

  bool write_stdout(std::string_view bytes) override {
    return write_all(STDOUT_FILENO, bytes.data(), bytes.size());
  }

  void write_stderr(std::string_view bytes) override {
    write_all(STDERR_FILENO, bytes.data(), bytes.size());
  }

  void close_stdout() override { ::close(STDOUT_FILENO); }

  void close_stdin() override { pump_.close_stdin(); }

  void ignore_shutdown() override { std::signal(SIGTERM, SIG_IGN); }

  [[noreturn]] void wait_for_force() override {
    while (true) ::pause();
  }

  [[noreturn]] void leave(int code) override { ::_exit(code); }

  void die(int signal) override {
    std::signal(signal, SIG_DFL);
    std::raise(signal);
  }

 private:
  const int socket_;
  StdinPump pump_;
};

}  // namespace

std::unique_ptr<RelayProcess> RelayProcess::connect(const char* address) {
  std::signal(SIGPIPE, SIG_IGN);
  const int socket = connect_to(address);
  return socket >= 0 ? std::make_unique<PosixProcess>(socket) : nullptr;
}

}  // namespace codex::testing::detail
