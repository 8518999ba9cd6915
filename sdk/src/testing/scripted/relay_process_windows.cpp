#include <array>
#include <atomic>
#include <charconv>
#include <future>
#include <system_error>
#include <thread>
// clang-format off
#include <winsock2.h>
#include <windows.h>
// clang-format on

#include "os/handle_windows.hpp"
#include "testing/scripted/relay_process.hpp"
#include "testing/scripted/winsock_windows.hpp"

namespace codex::testing::detail {
namespace {

using codex::detail::Handle;

constexpr DWORD cancel_period_ms = 10;
constexpr UINT first_signal_code = 128;  // as shells have it: Windows has no signals

HANDLE stream(DWORD which) { return ::GetStdHandle(which); }

bool write_all(HANDLE file, std::string_view bytes) {
  while (!bytes.empty()) {
    DWORD count = 0;
    const auto size = static_cast<DWORD>(bytes.size());
    if (::WriteFile(file, bytes.data(), size, &count, nullptr) == 0) return false;
    bytes.remove_prefix(count);
  }
  return true;
}

Handle this_thread() {
  HANDLE thread = nullptr;
  HANDLE const process = ::GetCurrentProcess();
  ::DuplicateHandle(process, ::GetCurrentThread(), process, &thread, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
  return Handle(thread);
}

/// Forwards stdin to the server.
class StdinPump {
 public:
  explicit StdinPump(SOCKET socket) : thread_([this, socket] { run(socket); }) {
    running_.get_future().wait();
  }

  void close_stdin() {
    if (!thread_.joinable()) return;
    is_stopped_ = true;
    // Again, as it may not have begun to read.
    while (::WaitForSingleObject(handle_.get(), cancel_period_ms) == WAIT_TIMEOUT) {
      ::CancelSynchronousIo(handle_.get());
    }
    thread_.join();
    ::CloseHandle(stream(STD_INPUT_HANDLE));
  }

 private:
  void run(SOCKET socket) {
    handle_ = this_thread();
    running_.set_value();
    std::array<char, std::size_t{64} * 1024> chunk;
    while (!is_stopped_) {
      DWORD count = 0;
      const BOOL has_read = ::ReadFile(stream(STD_INPUT_HANDLE), chunk.data(),
                                       static_cast<DWORD>(chunk.size()), &count, nullptr);
      if (has_read == 0 || count == 0 || !send_all(socket, {chunk.data(), count})) break;
    }
    if (!is_stopped_) ::shutdown(socket, SD_SEND);
  }

  Handle handle_;
  std::promise<void> running_;
  std::atomic<bool> is_stopped_ = false;
  std::thread thread_;
};

class WindowsProcess final : public RelayProcess {
 public:
  explicit WindowsProcess(Socket socket) : socket_(std::move(socket)), pump_(socket_.get()) {}

  bool receive(void* data, std::size_t size) override {
    auto* bytes = static_cast<char*>(data);
    while (size > 0) {
      const int count = ::recv(socket_.get(), bytes, static_cast<int>(size), 0);
      if (count <= 0) return false;
      bytes += count;
      size -= static_cast<std::size_t>(count);
    }
    return true;
  }

  bool write_stdout(std::string_view bytes) override {
    return write_all(stream(STD_OUTPUT_HANDLE), bytes);
  }

  void write_stderr(std::string_view bytes) override { write_all(stream(STD_ERROR_HANDLE), bytes); }

  void close_stdout() override { ::CloseHandle(stream(STD_OUTPUT_HANDLE)); }

  void close_stdin() override { pump_.close_stdin(); }

  void ignore_shutdown() override { ::SetConsoleCtrlHandler(nullptr, TRUE); }

  [[noreturn]] void wait_for_force() override {
    while (true) ::Sleep(INFINITE);
  }

  // The pump may be in a read, which an orderly end would wait for.
  [[noreturn]] void leave(int code) override {
    ::TerminateProcess(::GetCurrentProcess(), static_cast<UINT>(code));
    wait_for_force();
  }

  void die(int signal) override {
    leave(static_cast<int>(first_signal_code + static_cast<UINT>(signal)));
  }

 private:
  Socket socket_;
  StdinPump pump_;
};

/// `PORT:PASSWORD`
Socket connect_to(std::string_view address) {
  std::uint16_t port = 0;
  const char* const end = address.data() + address.size();
  const auto [colon, error] = std::from_chars(address.data(), end, port);
  if (error != std::errc{} || colon == end || *colon != ':') return {};
  Socket socket(::WSASocketW(AF_INET, SOCK_STREAM, IPPROTO_TCP, nullptr, 0,
                             WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
  const sockaddr_in server = loopback(port);
  const BOOL at_once = TRUE;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, reinterpret_cast<const char*>(&at_once),
               sizeof at_once);
  const bool is_connected =
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) == 0 &&
      send_all(socket.get(), {colon + 1, end});
  return is_connected ? std::move(socket) : Socket();
}

}  // namespace

std::unique_ptr<RelayProcess> RelayProcess::connect(const char* address) {
  static const Winsock winsock;
  Socket socket = connect_to(address);
  if (!socket.is_open()) return nullptr;
  return std::make_unique<WindowsProcess>(std::move(socket));
}

}  // namespace codex::testing::detail
