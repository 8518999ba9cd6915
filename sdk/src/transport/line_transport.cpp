#include "transport/line_transport.hpp"

#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "mask/mask.hpp"
#include "transport/preamble.hpp"
#include "wire/line_splitter.hpp"

namespace codex::detail {
namespace {

// How long a runtime that closed its stdout may take to end, so that the error can tell how. Most
// take a millisecond.
constexpr std::chrono::milliseconds exit_patience{1000};

class LineTransport final : public Transport {
 public:
  explicit LineTransport(std::unique_ptr<ByteStream> stream) : stream_(std::move(stream)) {}

  bool receive(Receiver& receiver, TimePoint deadline) override {
    const Received received = stream_->wait(deadline);
    const bool is_sane = split(received.bytes, receiver.max_message_bytes());
    for (Line& line : lines_) take(std::move(line), receiver);
    lines_.clear();
    if (preamble_.is_too_long(splitter_->partial())) {
      receiver.broken(
          "The program that was started is no codex app-server: it wrote too much to stdout before "
          "any message");
    } else if (!is_sane) {
      receiver.broken("The Codex runtime sent a line of more than " +
                      std::to_string(receiver.max_message_bytes()) +
                      " bytes: " + excerpt(splitter_->partial()));
    }
    return !received.ended;
  }

  void wake() noexcept override { stream_->wake(); }

  void send(std::string_view message) override { stream_->send(message); }

  void close() noexcept override { stream_->close(); }

  End end() override {
    const ExitStatus status = stream_->await_exit(Clock::now() + exit_patience);
    const bool has_exited = status.code || status.signal;
    std::string reason = "The Codex runtime ";
    reason += has_exited ? "ended" : stream_->is_deaf() ? "closed its stdin" : "closed its stdout";
    if (!splitter_->partial().empty()) reason += " in the middle of a message";
    return {std::move(reason), status};
  }

  [[nodiscard]] std::string stray_output() const override {
    std::string text = preamble_.text();
    const std::lock_guard lock(mutex_);
    if (!splitter_ || splitter_->partial().empty()) return text;
    if (!text.empty()) text += '\n';
    return text + excerpt(splitter_->partial());
  }

  [[nodiscard]] std::string stderr_tail() const override { return stream_->stderr_tail(); }

  [[nodiscard]] std::optional<std::int64_t> process_id() const override {
    return stream_->process_id();
  }

 private:
  [[nodiscard]] bool split(std::string_view bytes, std::size_t max_line_bytes) {
    const std::lock_guard lock(mutex_);
    if (!splitter_) splitter_.emplace(max_line_bytes);
    return splitter_->feed(bytes, lines_);
  }

  void take(Line line, Receiver& receiver) {
    if (!preamble_.is_over()) {
      const std::size_t begin = preamble_.skip(line.text);
      if (begin > 0) receiver.noise(std::string_view(line.text).substr(0, begin));
      if (begin >= line.text.size()) return;
      line.text.erase(0, begin);
    }
    if (line.full_size > 0) return receiver.outline(std::move(line.text), line.full_size);
    receiver.message(std::move(line.text));
  }

  const std::unique_ptr<ByteStream> stream_;
  mutable std::mutex mutex_;  // of the splitter's text
  std::optional<LineSplitter> splitter_;
  Preamble preamble_;
  std::vector<Line> lines_;
};

}  // namespace

std::unique_ptr<Transport> over_lines(std::unique_ptr<ByteStream> stream) {
  return std::make_unique<LineTransport>(std::move(stream));
}

}  // namespace codex::detail
