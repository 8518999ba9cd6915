#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>

#include <codex/errors.hpp>

#include "transport/kill_patience.hpp"
#include "transport/pipe_windows.hpp"
#include "transport/process.hpp"
#include "transport/spawn_windows.hpp"
#include "transport/text_tail.hpp"
#include "transport/unsent_bytes.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t chunk_bytes = std::size_t{256} * 1024;
constexpr std::size_t stderr_chunk_bytes = std::size_t{16} * 1024;
// What a pipe takes at once, so that little is lost of what was sent just before the end.
constexpr std::size_t write_bytes = std::size_t{32} * 1024;
// A pipe holds less than this: further bytes come from processes that outlive the child.
constexpr std::size_t max_bytes_after_exit = std::size_t{1024} * 1024;

Handle make_event() {
  Handle event(::CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!event.is_open()) throw CodexError("Cannot start the Codex runtime: no events left");
  return event;
}

/// The bytes on their way to the child. The I/O thread alone writes: Windows cancels what a thread
/// has begun when that thread ends.
class Outbox {
 public:
  Outbox(Handle pipe, std::size_t limit) : unsent_(limit), pipe_(std::move(pipe)) {}

  /// Any thread.
  void put(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (is_closed_) return;
    unsent_.check_room(bytes.size());
    unsent_.append(bytes);
  }

  /// Writes as much as the pipe takes. The I/O thread.
  void flush() {
    const std::lock_guard lock(mutex_);
    while (!is_closed_) {
      if (!pipe_.is_busy() && !unsent_.is_empty()) {
        // A piece of its own: `put` may move the others while it is written.
        piece_ = unsent_.rest().substr(0, write_bytes);
        pipe_.begin_write(piece_.data(), piece_.size());
      }
      unsent_.remove(pipe_.finish());
      if (pipe_.is_broken()) return drop();
      if (pipe_.is_busy() || unsent_.is_empty()) return;
    }
  }

  /// What the pipe has not taken is lost. The I/O thread.
  void close() {
    flush();
    const std::lock_guard lock(mutex_);
    drop();
    pipe_.close();
  }

  [[nodiscard]] HANDLE event() const noexcept { return pipe_.event(); }
  [[nodiscard]] bool is_broken() const noexcept { return pipe_.is_broken(); }

 private:
  void drop() {
    is_closed_ = true;
    unsent_.clear();
  }

  std::mutex mutex_;
  UnsentBytes unsent_;
  bool is_closed_ = false;
  std::string piece_;
  OverlappedPipe pipe_;
};

class Process final : public ByteStream {
 public:
  explicit Process(const ProcessOptions& options)
      : wake_(make_event()),
        spawned_(spawn(options)),
        outbox_(std::move(spawned_.to_stdin), options.max_outgoing_bytes),
        stdout_(std::move(spawned_.from_stdout), chunk_bytes),
        stderr_(std::move(spawned_.from_stderr), stderr_chunk_bytes),
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
    outbox_.flush();
    wait_for_streams(is_finishing() ? Clock::now() : deadline, true);
    return read_stdout();
  }

  void wake() noexcept override { ::SetEvent(wake_.get()); }

  void send(std::string_view bytes) override {
    outbox_.put(bytes);
    wake();
  }

  ExitStatus await_exit(TimePoint deadline) override {
    while (!child().has_exited() && Clock::now() < deadline) wait_for_streams(deadline, false);
    drain_stderr();
    return child().status();
  }

  [[nodiscard]] bool is_deaf() override { return outbox_.is_broken(); }

  void close() noexcept override { close_child(); }

  void leave() noexcept override { has_ended_ = is_closed_ = true; }

  [[nodiscard]] std::string stderr_tail() const override { return tail_.last_lines(); }

  [[nodiscard]] std::optional<std::int64_t> process_id() const override {
    return spawned_.child.pid();
  }

 private:
  Child& child() { return spawned_.child; }

  // The child has exited, or closed its stdin: only its earlier output counts.
  bool is_finishing() { return child().is_known_to_have_exited() || outbox_.is_broken(); }

  // Waits for any event, and handles everything except stdout.
  void wait_for_streams(TimePoint deadline, bool with_stdout) {
    std::array<HANDLE, 5> events{};
    DWORD count = 0;
    const auto watch = [&](HANDLE event) {
      if (event != nullptr) events[count++] = event;
    };
    watch(wake_.get());
    if (with_stdout) watch(stdout_.await());
    watch(stderr_.await());
    watch(outbox_.event());
    if (!child().is_known_to_have_exited()) watch(child().exit_watch());
    if (with_stdout && stdout_.has_ended()) deadline = Clock::now();
    ::WaitForMultipleObjects(count, events.data(), FALSE, milliseconds_until(deadline));
    drain_stderr();
    outbox_.flush();
    child().has_exited();
  }

  Received read_stdout() {
    const bool was_finishing = is_finishing();
    Received received = stdout_.take();
    if (received.bytes.empty()) {
      has_ended_ = received.ended || was_finishing;
    } else {
      if (was_finishing) bytes_after_exit_ += received.bytes.size();
      has_ended_ = bytes_after_exit_ > max_bytes_after_exit;
    }
    received.ended = has_ended_;
    return received;
  }

  // Reads what is available, but not for ever if a process keeps writing.
  void drain_stderr() {
    for (int round = 0; round < 64; ++round) {
      if (stderr_.await() == nullptr) return;
      const Received received = stderr_.take();
      if (received.bytes.empty()) return;
      tail_.append(received.bytes);
      if (on_stderr_) on_stderr_(received.bytes);
    }
  }

  bool ends_within(milliseconds time) {
    const TimePoint deadline = deadline_after(Clock::now(), time);
    while (!child().has_exited() && Clock::now() < deadline) {
      // A child that is about to exit may have to write its output first.
      wait_for_streams(deadline, !stdout_.has_ended());
      stdout_.take();
    }
    return child().has_exited();
  }

  void close_child() {
    if (std::exchange(is_closed_, true)) return;
    has_ended_ = true;
    outbox_.close();
    // No signal asks a process without our console to end: a server ends at once.
    if (!reads_stdin_ || !ends_within(shutdown_timeout_)) {
      child().kill_all();
      ends_within(kill_patience);
    }
    child().kill_all();  // processes that the child left
    drain_stderr();
    stdout_.close();
    stderr_.close();
  }

  // Members whose creation may fail come before the child, whose end is that of its job.
  Handle wake_;
  Spawned spawned_;
  Outbox outbox_;
  PipeReader stdout_;
  PipeReader stderr_;
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
