#include "testing/scripted/relay_channel.hpp"

#include <utility>
#include <vector>

namespace codex::testing::detail {
namespace {

using codex::detail::Line;

constexpr std::size_t max_line_bytes = std::size_t{256} * 1024 * 1024;

}  // namespace

RelayChannel::RelayChannel(std::unique_ptr<RelaySocket> socket)
    : socket_(std::move(socket)), splitter_(max_line_bytes) {}

std::optional<std::string> RelayChannel::next_line(TimePoint deadline) {
  while (lines_.empty() && !has_gone_ && socket_->wait_readable(deadline)) receive();
  if (lines_.empty()) return std::nullopt;
  std::string line = std::move(lines_.front());
  lines_.pop_front();
  return line;
}

void RelayChannel::write(std::string_view bytes) { command(RelayCommand::write_stdout, bytes); }

void RelayChannel::write_stderr(std::string_view text) {
  command(RelayCommand::write_stderr, text);
}

void RelayChannel::close_stdout() { command(RelayCommand::close_stdout); }

void RelayChannel::close_stdin() { command(RelayCommand::close_stdin); }

void RelayChannel::ignore_shutdown() { command(RelayCommand::ignore_shutdown); }

void RelayChannel::end(ExitStatus status) {
  const int number = status.signal.value_or(status.code.value_or(0));
  command(status.signal ? RelayCommand::die : RelayCommand::exit,
          {reinterpret_cast<const char*>(&number), sizeof number});
}

void RelayChannel::abort() noexcept { socket_->shutdown(); }

void RelayChannel::receive() {
  const std::size_t count = socket_->receive(buffer_);
  std::vector<Line> lines;
  has_gone_ = count == 0 || !splitter_.feed({buffer_.data(), count}, lines);
  for (Line& line : lines) {
    has_gone_ = has_gone_ || line.full_size > 0;
    if (!has_gone_) lines_.push_back(std::move(line.text));
  }
}

void RelayChannel::command(RelayCommand command, std::string_view bytes) {
  const RelayHeader header{.command = command, .size = static_cast<std::uint32_t>(bytes.size())};
  std::string message(reinterpret_cast<const char*>(&header), sizeof header);
  message.append(bytes);
  if (!socket_->send(message)) has_gone_ = true;
}

}  // namespace codex::testing::detail
