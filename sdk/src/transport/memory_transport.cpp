#include "transport/memory_transport.hpp"

#include <condition_variable>
#include <mutex>

#include "task/wait_until.hpp"
#include "transport/line_transport.hpp"
#include "transport/text_tail.hpp"

namespace codex::detail {

struct MemoryStreams {
  std::mutex mutex;
  std::condition_variable changed;
  std::string to_peer;
  std::string from_peer;
  ExitStatus exit_status;
  TextTail stderr_tail;
  bool is_woken = false;
  bool has_ended = false;      // the peer sends nothing more
  bool refuses_input = false;  // the peer ends when it receives something
  bool has_hung_up = false;    // the peer has disconnected
  bool is_closed = false;
};

namespace {

class MemoryStream final : public ByteStream {
 public:
  explicit MemoryStream(std::shared_ptr<MemoryStreams> streams) : streams_(std::move(streams)) {}
  ~MemoryStream() override { mark_closed(); }
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream(MemoryStream&&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;
  MemoryStream& operator=(MemoryStream&&) = delete;

  Received wait(TimePoint deadline) override {
    MemoryStreams& s = *streams_;
    std::unique_lock lock(s.mutex);
    wait_until(s.changed, lock, deadline,
               [&] { return s.is_woken || s.has_ended || s.is_closed || !s.from_peer.empty(); });
    s.is_woken = false;
    received_ = std::exchange(s.from_peer, {});
    return {.bytes = received_, .ended = received_.empty() && (s.has_ended || s.is_closed)};
  }

  void wake() noexcept override {
    const std::lock_guard lock(streams_->mutex);
    streams_->is_woken = true;
    streams_->changed.notify_all();
  }

  void send(std::string_view bytes) override {
    const std::lock_guard lock(streams_->mutex);
    if (streams_->has_ended || streams_->is_closed) return;
    if (streams_->refuses_input) {
      streams_->has_ended = true;
    } else {
      streams_->to_peer.append(bytes);
    }
    streams_->changed.notify_all();
  }

  ExitStatus await_exit(TimePoint deadline) override {
    std::unique_lock lock(streams_->mutex);
    wait_until(streams_->changed, lock, deadline, [&] { return streams_->has_ended; });
    return streams_->exit_status;
  }

  [[nodiscard]] bool is_deaf() override {
    const std::lock_guard lock(streams_->mutex);
    return streams_->refuses_input;
  }

  void close() noexcept override { mark_closed(); }

  [[nodiscard]] std::string stderr_tail() const override {
    return streams_->stderr_tail.last_lines();
  }

  [[nodiscard]] std::optional<std::int64_t> process_id() const override { return std::nullopt; }

 private:
  void mark_closed() {
    const std::lock_guard lock(streams_->mutex);
    streams_->is_closed = true;
    streams_->changed.notify_all();
  }

  std::shared_ptr<MemoryStreams> streams_;
  std::string received_;
};

}  // namespace

MemoryPeer::MemoryPeer(std::shared_ptr<MemoryStreams> streams) noexcept
    : streams_(std::move(streams)) {}

void MemoryPeer::send(std::string_view bytes) {
  const std::lock_guard lock(streams_->mutex);
  if (streams_->has_ended) return;
  streams_->from_peer.append(bytes);
  streams_->changed.notify_all();
}

void MemoryPeer::send_stderr(std::string_view text) { streams_->stderr_tail.append(text); }

void MemoryPeer::send_line(std::string_view line) { send(std::string(line) + "\n"); }

std::optional<std::string> MemoryPeer::next_line(TimePoint deadline) {
  MemoryStreams& s = *streams_;
  std::unique_lock lock(s.mutex);
  wait_until(s.changed, lock, deadline, [&] {
    return s.is_closed || s.has_hung_up || s.to_peer.find('\n') != s.to_peer.npos;
  });
  const std::size_t end = s.to_peer.find('\n');
  if (end == std::string::npos) return std::nullopt;
  std::string line = s.to_peer.substr(0, end);
  s.to_peer.erase(0, end + 1);
  return line;
}

void MemoryPeer::end(ExitStatus status, std::string_view stderr_tail) {
  streams_->stderr_tail.append(stderr_tail);
  const std::lock_guard lock(streams_->mutex);
  streams_->exit_status = status;
  streams_->has_ended = true;
  streams_->changed.notify_all();
}

void MemoryPeer::refuse_input() {
  const std::lock_guard lock(streams_->mutex);
  streams_->refuses_input = true;
}

void MemoryPeer::hang_up() noexcept {
  const std::lock_guard lock(streams_->mutex);
  streams_->has_ended = true;
  streams_->has_hung_up = true;
  streams_->changed.notify_all();
}

bool MemoryPeer::is_closed() const {
  const std::lock_guard lock(streams_->mutex);
  return streams_->is_closed || streams_->has_hung_up;
}

std::pair<std::unique_ptr<Transport>, MemoryPeer> make_memory_transport() {
  auto streams = std::make_shared<MemoryStreams>();
  return {over_lines(std::make_unique<MemoryStream>(streams)), MemoryPeer(streams)};
}

}  // namespace codex::detail
