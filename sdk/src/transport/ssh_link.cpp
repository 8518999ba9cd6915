#include "transport/ssh_link.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <string_view>

#include <codex/errors.hpp>

#include "mask/describe_output.hpp"
#include "text/printable.hpp"
#include "transport/asio_child.hpp"
#include "transport/reach_errors.hpp"
#include "transport/text_tail.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;

constexpr std::string_view answer_begin = "HTTP/1.1 101";
// Banners of ssh and of shells are shorter.
constexpr std::size_t max_bytes_before = std::size_t{64} * 1024;
// How long a process that closed its stdout may take to end, so that the error can tell how.
constexpr std::chrono::milliseconds exit_patience{1000};

ProcessOptions ssh_process(const WebSocketOptions& options) {
  if (options.ssh.here.empty() || options.ssh.there.empty()) {
    throw CodexError(options.ssh.here.empty() ? "CodexConfig::ssh_command names no program"
                                              : "CodexConfig::remote_codex names no program");
  }
  return {.argv = ssh_command(options.endpoint, options.ssh),
          .env = options.ssh.env,
          .unset_env = options.ssh.unset_env};
}

[[noreturn]] void throw_no_ssh(const WebSocketOptions& options) {
  throw CodexError("Cannot attach to " + printable(options.endpoint.text) +
                   ": there is no program \"" + printable(options.ssh.here.front()) +
                   "\" that can be run. Install OpenSSH's client, or name yours in "
                   "CodexConfig::ssh_command");
}

class SshLink final : public Link {
 public:
  SshLink(asio::io_context& loop, const WebSocketOptions& options)
      : loop_(loop),
        endpoint_(options.endpoint),
        programs_(options.ssh),
        child_(loop, ssh_process(options)) {
    read_stderr();
  }
  ~SshLink() override { child_.end(); }

  void read_some(asio::mutable_buffer buffer, Done done) override {
    if (!has_answer_) return await_answer(buffer, std::move(done));
    if (!held_.empty() || buffer.size() == 0) {
      const std::size_t size = take_held(buffer);
      return asio::post(loop_, [size, done = std::move(done)]() mutable { done({}, size); });
    }
    child_.read_stdout(buffer, std::move(done));
  }

  void write_some(asio::const_buffer buffer, Done done) override {
    child_.write_stdin(buffer, std::move(done));
  }

  void finish_sending() noexcept override { child_.close_stdin(); }
  void shut_down() noexcept override {
    finish_sending();
    child_.cancel_stdout();
  }
  void hang_up() noexcept override { child_.end(); }

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
  void read_stderr() {
    child_.read_stderr(asio::buffer(stderr_chunk_),
                       Done([this](const LinkError& error, std::size_t size) {
                         said_.append({stderr_chunk_.data(), size});
                         if (!error) read_stderr();
                       }));
  }

  void await_answer(asio::mutable_buffer buffer, Done done) {
    auto pass_on = [this, buffer, done = std::move(done)](const LinkError& error,
                                                          std::size_t size) mutable {
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
    };
    child_.read_stdout(asio::buffer(chunk_), Done(std::move(pass_on)));
  }

  std::size_t take_held(asio::mutable_buffer buffer) {
    const std::size_t size = asio::buffer_copy(buffer, asio::buffer(std::as_const(held_)));
    held_.erase(0, size);
    return size;
  }

  /// For its exit status and its last output.
  void await_exit() {
    child_.await_exit(Clock::now() + exit_patience,
                      [this](std::string_view text) { said_.append(text); });
  }

  asio::io_context& loop_;
  const Endpoint endpoint_;
  const SshPrograms programs_;
  AsioChild child_;
  TextTail said_;
  TextTail skipped_;
  std::array<char, 4096> stderr_chunk_{};
  std::array<char, 4096> chunk_{};
  std::string held_;  // read, and not passed on
  bool has_answer_ = false;
};

}  // namespace

std::unique_ptr<Link> start_ssh(asio::io_context& loop, const WebSocketOptions& options) {
  try {
    return std::make_unique<SshLink>(loop, options);
  } catch (const RuntimeNotFoundError&) {
    throw_no_ssh(options);
  }
}

}  // namespace codex::detail
