#include "transport/ssh_link.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <unistd.h>

#include <codex/errors.hpp>

#include "mask/describe_output.hpp"
#include "os/descriptors.hpp"
#include "text/printable.hpp"
#include "transport/child.hpp"
#include "transport/reach_errors.hpp"
#include "transport/spawn.hpp"
#include "transport/text_tail.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
using Pipe = asio::posix::stream_descriptor;
using std::chrono::milliseconds;

constexpr std::string_view answer_begin = "HTTP/1.1 101";
// Banners of ssh and of shells are shorter.
constexpr std::size_t max_bytes_before = std::size_t{64} * 1024;
// How long a process that closed its stdout may take to end, so that the error can tell how.
constexpr milliseconds exit_patience{1000};
constexpr milliseconds polite_time{500};
constexpr milliseconds kill_patience{2000};

Spawned spawn_ssh(const WebSocketOptions& options) {
  if (options.ssh.here.empty() || options.ssh.there.empty()) {
    throw CodexError(options.ssh.here.empty() ? "CodexConfig::ssh_command names no program"
                                              : "CodexConfig::remote_codex names no program");
  }
  try {
    return spawn({.argv = ssh_command(options.endpoint, options.ssh),
                  .env = options.ssh.env,
                  .unset_env = options.ssh.unset_env});
  } catch (const RuntimeNotFoundError&) {
    throw CodexError("Cannot attach to " + printable(options.endpoint.text) +
                     ": there is no program \"" + printable(options.ssh.here.front()) +
                     "\" that can be run. Install OpenSSH's client, or name yours in "
                     "CodexConfig::ssh_command");
  }
}

class SshLink final : public Link {
 public:
  SshLink(asio::io_context& loop, const WebSocketOptions& options)
      : loop_(loop),
        endpoint_(options.endpoint),
        programs_(options.ssh),
        spawned_(spawn_ssh(options)),
        child_(spawned_.pid),
        stdin_(loop),
        stdout_(loop),
        stderr_(loop) {
    try {
      watch();
    } catch (...) {
      end();
      throw;
    }
  }
  ~SshLink() override { end(); }

  void read_some(asio::mutable_buffer buffer, Done done) override {
    if (!has_answer_) return await_answer(buffer, std::move(done));
    if (!held_.empty() || buffer.size() == 0) {
      const std::size_t size = take_held(buffer);
      return asio::post(loop_, [size, done = std::move(done)]() mutable { done({}, size); });
    }
    stdout_.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
  }

  void write_some(asio::const_buffer buffer, Done done) override {
    stdin_.async_wait(
        Pipe::wait_write, [this, buffer, done = std::move(done)](LinkError error) mutable {
          if (error) return done(error, 0);
          const ssize_t sent = write_quietly(spawned_.to_stdin.get(), buffer.data(), buffer.size());
          if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
            return write_some(buffer, std::move(done));
          }
          done({}, sent < 0 ? buffer.size() : static_cast<std::size_t>(sent));
        });
  }

  void finish_sending() noexcept override {
    release(stdin_);
    spawned_.to_stdin.reset();
  }
  void shut_down() noexcept override {
    finish_sending();
    LinkError ignored;
    stdout_.cancel(ignored);
  }
  void hang_up() noexcept override { end(); }

  void throw_reason() override {
    if (has_answer_) return;
    if (held_.size() > max_bytes_before) {
      throw TransportClosedError("What was reached at " + printable(endpoint_.text) +
                                 " is no codex app-server: it wrote too much before any answer" +
                                 describe_output(stray_output(), stderr_tail()));
    }
    await_exit();
    const SshProblem problem = ssh_problem(endpoint_, programs_, child_.status(), stderr_tail());
    const TransportClosedError error =
        unreachable(endpoint_, problem.text, describe_output(stray_output(), stderr_tail()));
    if (problem.may_pass) throw error;
    throw CodexError(error.what());
  }

  [[nodiscard]] std::string last_words() override {
    await_exit();
    const ExitStatus& status = child_.status();
    if (status.code) return "ssh ended with exit status " + std::to_string(*status.code);
    if (status.signal) return "ssh was ended by signal " + std::to_string(*status.signal);
    return {};
  }

  [[nodiscard]] std::string stray_output() const override { return skipped_.last_lines(); }
  [[nodiscard]] std::string stderr_tail() const override { return said_.last_lines(); }

 private:
  void watch() {
    stdin_.assign(spawned_.to_stdin.get());
    stdout_.assign(spawned_.from_stdout.get());
    stderr_.assign(spawned_.from_stderr.get());
    read_stderr();
  }

  void read_stderr() {
    stderr_.async_read_some(asio::buffer(stderr_chunk_), [this](LinkError error, std::size_t size) {
      said_.append({stderr_chunk_.data(), size});
      if (!error) read_stderr();
    });
  }

  void await_answer(asio::mutable_buffer buffer, Done done) {
    stdout_.async_read_some(asio::buffer(chunk_), [this, buffer, done = std::move(done)](
                                                      LinkError error, std::size_t size) mutable {
      const std::size_t seen = held_.size();
      held_.append(chunk_.data(), size);
      const std::size_t begin = held_.find(answer_begin);
      has_answer_ = begin != std::string::npos;
      if (!has_answer_) skipped_.append(std::string_view(held_).substr(seen));
      if (error) return done(error, 0);
      if (!has_answer_ && held_.size() > max_bytes_before) {
        return done(asio::error::message_size, 0);
      }
      if (!has_answer_) return await_answer(buffer, std::move(done));
      held_.erase(0, begin);
      done({}, take_held(buffer));
    });
  }

  std::size_t take_held(asio::mutable_buffer buffer) {
    const std::size_t size = asio::buffer_copy(buffer, asio::buffer(std::as_const(held_)));
    held_.erase(0, size);
    return size;
  }

  /// For its exit status and its last output.
  void await_exit() {
    if (has_hung_up_) return;
    child_.ends_by(Clock::now() + exit_patience);
    std::array<char, 4096> chunk{};
    for (int round = 0; round < 64; ++round) {
      const ssize_t size = ::read(spawned_.from_stderr.get(), chunk.data(), chunk.size());
      if (size <= 0) return;
      said_.append({chunk.data(), static_cast<std::size_t>(size)});
    }
  }

  /// The descriptors are `spawned_`'s.
  static void release(Pipe& pipe) noexcept {
    if (pipe.is_open()) (void)pipe.release();
  }

  void end() noexcept {
    if (std::exchange(has_hung_up_, true)) return;
    finish_sending();
    if (!child_.ends_by(Clock::now() + polite_time)) {
      child_.signal_group(SIGTERM);
      child_.ends_by(Clock::now() + polite_time);
    }
    child_.signal_group(SIGKILL);  // and what it left
    child_.ends_by(Clock::now() + kill_patience);
    child_.reap();
    release(stdout_);
    release(stderr_);
    spawned_.from_stdout.reset();
    spawned_.from_stderr.reset();
  }

  asio::io_context& loop_;
  const Endpoint endpoint_;
  const SshPrograms programs_;
  Spawned spawned_;
  Child child_;
  Pipe stdin_;
  Pipe stdout_;
  Pipe stderr_;
  TextTail said_;
  TextTail skipped_;
  std::array<char, 4096> stderr_chunk_{};
  std::array<char, 4096> chunk_{};
  std::string held_;  // read, and not passed on
  bool has_answer_ = false;
  bool has_hung_up_ = false;
};

}  // namespace

std::unique_ptr<Link> start_ssh(asio::io_context& loop, const WebSocketOptions& options) {
  return std::make_unique<SshLink>(loop, options);
}

}  // namespace codex::detail
