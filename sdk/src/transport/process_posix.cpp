#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <poll.h>
#include <string_view>
#include <unistd.h>
#include <utility>

#include <codex/errors.hpp>

#include "os/descriptors.hpp"
#include "os/platform.hpp"
#include "transport/child.hpp"
#include "transport/kill_patience.hpp"
#include "transport/process.hpp"
#include "transport/spawn.hpp"
#include "transport/text_tail.hpp"
#include "transport/unsent_bytes.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t chunk_bytes = std::size_t{256} * 1024;
// A pipe holds less than this: further bytes come from processes that outlive the child.
constexpr std::size_t max_bytes_after_exit = std::size_t{1024} * 1024;
// How often to check for the end of the child if no descriptor signals it.
constexpr milliseconds exit_check_period{100};

/// A pipe that makes poll return.
class WakePipe {
 public:
  WakePipe() {
    int ends[2];
    if (!make_pipe(ends)) throw CodexError("Cannot start the Codex runtime: no descriptors left");
    reader_ = Descriptor(ends[0]);
    writer_ = Descriptor(ends[1]);
  }

  void wake() noexcept {
    if (is_set_.exchange(true)) return;
    const char byte = 0;
    while (::write(writer_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
  }

  // Call this when the pipe is readable. In this order, and one byte at a time, no wake is lost.
  void clear() noexcept {
    is_set_.store(false);
    char byte = 0;
    while (::read(reader_.get(), &byte, 1) < 0 && errno == EINTR) {
    }
  }

  [[nodiscard]] int get() const noexcept { return reader_.get(); }

 private:
  Descriptor reader_;
  Descriptor writer_;
  std::atomic<bool> is_set_ = false;
};

/// The bytes on their way to the child. `send` from any thread, the rest on the I/O thread.
class Outbox {
 public:
  Outbox(UnsharedDescriptor pipe, std::size_t limit) : pipe_(std::move(pipe)), unsent_(limit) {}

  enum class State { empty, waiting, broken };

  State send(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (!pipe_.is_open() || is_broken_) return State::broken;
    unsent_.check_room(bytes.size());
    if (unsent_.is_empty()) bytes.remove_prefix(send_now(bytes));
    unsent_.append(bytes);
    return state();
  }

  State flush() {
    const std::lock_guard lock(mutex_);
    unsent_.remove(send_now(unsent_.rest()));
    return state();
  }

  void close() {
    const std::lock_guard lock(mutex_);
    pipe_.reset();
    unsent_.clear();
  }

  /// The descriptor to poll for room; -1 if there is nothing to send.
  [[nodiscard]] int waiting_pipe() {
    const std::lock_guard lock(mutex_);
    return state() == State::waiting ? pipe_.get() : -1;
  }

  [[nodiscard]] bool is_broken() {
    const std::lock_guard lock(mutex_);
    return is_broken_;
  }

 private:
  State state() const {
    if (is_broken_) return State::broken;
    return unsent_.is_empty() ? State::empty : State::waiting;
  }

  std::size_t send_now(std::string_view bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size() && !is_broken_) {
      const ssize_t count = write_quietly(pipe_.get(), bytes.data() + sent, bytes.size() - sent);
      if (count >= 0) {
        sent += static_cast<std::size_t>(count);
      } else if (errno == EAGAIN) {
        break;
      } else if (errno != EINTR) {
        is_broken_ = true;
      }
    }
    return sent;
  }

  std::mutex mutex_;
  UnsharedDescriptor pipe_;  // does not block
  UnsentBytes unsent_;
  bool is_broken_ = false;
};

class Process final : public ByteStream {
 public:
  explicit Process(const ProcessOptions& options)
      : buffer_(chunk_bytes, '\0'),
        spawned_(spawn(options)),
        child_(spawned_.pid, options.detached_log ? Child::Kind::stranger : Child::Kind::ours),
        outbox_(std::move(spawned_.to_stdin), options.max_outgoing_bytes),
        stdout_(std::move(spawned_.from_stdout)),
        stderr_(std::move(spawned_.from_stderr)),
        on_stderr_(options.on_stderr),
        reads_stdin_(options.reads_stdin),
        shutdown_timeout_(options.shutdown_timeout) {}

  ~Process() override { close_child(); }
  Process(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(const Process&) = delete;
  Process& operator=(Process&&) = delete;

  Received wait(TimePoint deadline) override {
    if (has_ended_) return {.ended = true};
    poll_streams(is_finishing() ? Clock::now() : deadline, stdout_.get());
    return read_stdout();
  }

  void wake() noexcept override { wake_.wake(); }

  void send(std::string_view bytes) override {
    // Unless everything is sent, the I/O thread has work: sending the rest, or handling the error.
    if (outbox_.send(bytes) != Outbox::State::empty) wake_.wake();
  }

  ExitStatus await_exit(TimePoint deadline) override {
    while (!child_.has_exited() && Clock::now() < deadline) poll_streams(deadline, -1);
    drain_stderr();
    return child_.status();
  }

  [[nodiscard]] bool is_deaf() override { return outbox_.is_broken(); }

  void close() noexcept override { close_child(); }

  void leave() noexcept override { has_ended_ = is_closed_ = true; }

  [[nodiscard]] std::string stderr_tail() const override { return tail_.last_lines(); }

  [[nodiscard]] std::optional<std::int64_t> process_id() const override { return child_.pid(); }

 private:
  // The child has exited, or closed its stdin: only its earlier output counts.
  bool is_finishing() { return child_.is_known_to_have_exited() || outbox_.is_broken(); }

  static int poll_timeout(TimePoint deadline) {
    constexpr milliseconds longest = std::chrono::hours{1};
    const auto left = deadline - Clock::now();
    if (left >= longest) return static_cast<int>(longest.count());
    return static_cast<int>(
        std::max<std::int64_t>(std::chrono::ceil<milliseconds>(left).count(), 0));
  }

  // Waits for any event, and handles everything except stdout.
  void poll_streams(TimePoint deadline, int stdout_number) {
    const auto watch = [](int number, short events) {
      return pollfd{.fd = number, .events = events, .revents = 0};  // none where negative
    };
    std::array<pollfd, 5> polled = {
        watch(wake_.get(), POLLIN), watch(stdout_number, POLLIN), watch(stderr_.get(), POLLIN),
        watch(outbox_.waiting_pipe(), POLLOUT), watch(child_.exit_watch(), POLLIN)};
    const auto& [woken, out, err, in, exited] = polled;
    const bool has_exit_watch = child_.exit_watch() >= 0;
    if (!has_exit_watch) deadline = std::min(deadline, Clock::now() + exit_check_period);
    if (::poll(polled.data(), polled.size(), poll_timeout(deadline)) < 0) return;
    if (woken.revents != 0) wake_.clear();
    if (err.revents != 0) drain_stderr();
    if (in.revents != 0) outbox_.flush();
    if (exited.revents != 0 || !has_exit_watch) child_.has_exited();
  }

  Received read_stdout() {
    const bool was_finishing = is_finishing();
    if (!stdout_.is_open()) return {.ended = has_ended_ = was_finishing};
    const ssize_t count = ::read(stdout_.get(), buffer_.data(), buffer_.size());
    if (count > 0) {
      const auto size = static_cast<std::size_t>(count);
      if (was_finishing) bytes_after_exit_ += size;
      has_ended_ = bytes_after_exit_ > max_bytes_after_exit;
      return {.bytes = std::string_view(buffer_).substr(0, size), .ended = has_ended_};
    }
    const bool is_only_empty = count < 0 && (errno == EAGAIN || errno == EINTR);
    has_ended_ = was_finishing || !is_only_empty;
    return {.ended = has_ended_};
  }

  // Reads what is available, but not for ever if a process keeps writing.
  void drain_stderr() {
    std::array<char, std::size_t{16} * 1024> chunk;
    for (int round = 0; round < 64 && stderr_.is_open(); ++round) {
      const ssize_t count = ::read(stderr_.get(), chunk.data(), chunk.size());
      if (count < 0) return;
      if (count == 0) return stderr_.reset();
      const std::string_view text(chunk.data(), static_cast<std::size_t>(count));
      tail_.append(text);
      if (on_stderr_) on_stderr_(text);
    }
  }

  // A child that is about to exit may have to write its output first.
  void discard_stdout() {
    if (!stdout_.is_open()) return;
    const ssize_t count = ::read(stdout_.get(), buffer_.data(), buffer_.size());
    if (count == 0) stdout_.reset();
  }

  bool ends_within(milliseconds time) {
    const TimePoint deadline = deadline_after(Clock::now(), time);
    while (!child_.has_exited() && Clock::now() < deadline) {
      poll_streams(deadline, stdout_.get());
      discard_stdout();
    }
    return child_.has_exited();
  }

  void close_child() {
    if (std::exchange(is_closed_, true)) return;
    has_ended_ = true;
    outbox_.close();
    if (!reads_stdin_) child_.signal_group(SIGTERM);
    if (!ends_within(shutdown_timeout_)) {
      child_.signal_group(SIGTERM);
      if (!ends_within(shutdown_timeout_)) {
        child_.signal_group(SIGKILL);
        ends_within(kill_patience);
      }
    }
    child_.signal_group(SIGKILL);  // processes that the child left
    drain_stderr();
    child_.reap();
    stdout_.reset();
    stderr_.reset();
  }

  // Members whose creation may fail come before the child, which nothing would end otherwise.
  WakePipe wake_;
  std::string buffer_;
  Spawned spawned_;
  Child child_;
  Outbox outbox_;
  Descriptor stdout_;
  Descriptor stderr_;
  TextTail tail_;
  const std::function<void(std::string_view)> on_stderr_;
  const bool reads_stdin_;
  const milliseconds shutdown_timeout_;
  std::size_t bytes_after_exit_ = 0;
  bool has_ended_ = false;
  bool is_closed_ = false;
};

}  // namespace

std::unique_ptr<ByteStream> start_process(const ProcessOptions& options) {
  return std::make_unique<Process>(options);
}

}  // namespace codex::detail
