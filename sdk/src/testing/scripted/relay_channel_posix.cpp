#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <deque>
#include <limits>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <utility>
#include <vector>

#include "os/descriptor.hpp"
#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "task/start_thread.hpp"
#include "testing/scripted/relay.hpp"
#include "testing/scripted/relay_channel.hpp"
#include "wire/line_splitter.hpp"

namespace codex::testing::detail {
namespace {

using codex::detail::Descriptor;
using codex::detail::Line;
using codex::detail::LineSplitter;

constexpr std::size_t max_line_bytes = std::size_t{256} * 1024 * 1024;

int poll_timeout(TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

bool is_readable(int descriptor, TimePoint deadline) {
  pollfd polled{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&polled, 1, poll_timeout(deadline)) > 0;
}

class RelayChannel final : public Channel {
 public:
  explicit RelayChannel(Descriptor socket)
      : socket_(std::move(socket)), splitter_(max_line_bytes) {}

  std::optional<std::string> next_line(TimePoint deadline) override {
    while (lines_.empty() && !has_gone_ && is_readable(socket_.get(), deadline)) receive();
    if (lines_.empty()) return std::nullopt;
    std::string line = std::move(lines_.front());
    lines_.pop_front();
    return line;
  }

  [[nodiscard]] bool has_gone() const override { return has_gone_; }

  void write(std::string_view bytes) override { command(RelayCommand::write_stdout, bytes); }
  void write_stderr(std::string_view text) override { command(RelayCommand::write_stderr, text); }
  void close_stdout() override { command(RelayCommand::close_stdout); }
  void close_stdin() override { command(RelayCommand::close_stdin); }
  void ignore_shutdown() override { command(RelayCommand::ignore_shutdown); }

  void end(ExitStatus status) override {
    const int number = status.signal.value_or(status.code.value_or(0));
    command(status.signal ? RelayCommand::die : RelayCommand::exit,
            {reinterpret_cast<const char*>(&number), sizeof number});
  }

  void abort() noexcept override { ::shutdown(socket_.get(), SHUT_RDWR); }

 private:
  void receive() {
    const ssize_t count = ::recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (count < 0 && errno == EINTR) return;
    std::vector<Line> lines;
    has_gone_ =
        count <= 0 || !splitter_.feed({buffer_.data(), static_cast<std::size_t>(count)}, lines);
    for (Line& line : lines) {
      has_gone_ = has_gone_ || line.full_size > 0;
      if (!has_gone_) lines_.push_back(std::move(line.text));
    }
  }

  void command(RelayCommand command, std::string_view bytes = {}) {
    const RelayHeader header{.command = command, .size = static_cast<std::uint32_t>(bytes.size())};
    std::string message(reinterpret_cast<const char*>(&header), sizeof header);
    message.append(bytes);
    send(message);
  }

  // Blocks while the client does not read; `abort` ends that.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = codex::detail::send_quietly(socket_.get(), bytes.data(), bytes.size());
      if (count >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(count));
      } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS) {
        pollfd polled{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
        ::poll(&polled, 1, -1);
      } else if (errno != EINTR) {
        has_gone_ = true;
        return;
      }
    }
  }

  const Descriptor socket_;
  LineSplitter splitter_;
  std::deque<std::string> lines_;
  std::array<char, std::size_t{64} * 1024> buffer_;
  bool has_gone_ = false;
};

Descriptor listen_at(const std::filesystem::path& path) {
  const std::string name = path.string();
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
      if (client.is_open()) accept(std::make_unique<RelayChannel>(std::move(client)));
    }
  }
};

RelayListener::RelayListener(std::filesystem::path socket, Accept accept)
    : impl_(std::make_unique<Impl>()) {
  int ends[2];
  if (!codex::detail::make_pipe(ends)) throw std::runtime_error("no descriptors left");
  impl_->wake_reader = Descriptor(ends[0]);
  impl_->wake_writer = Descriptor(ends[1]);
  impl_->socket = listen_at(socket);
  const auto listen = [impl = impl_.get(), accept = std::move(accept)] { impl->run(accept); };
  try {
    impl_->thread = codex::detail::start_thread("start a ScriptedServer", listen);
  } catch (...) {
    std::error_code ignored;
    std::filesystem::remove(socket, ignored);  // for the next attempt
    throw;
  }
}

RelayListener::~RelayListener() {
  impl_->wake_writer.reset();
  impl_->thread.join();
}

}  // namespace codex::testing::detail
