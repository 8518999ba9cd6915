#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <csignal>
#include <unistd.h>
#include <utility>

#include "os/descriptors.hpp"
#include "transport/asio_child.hpp"
#include "transport/child.hpp"
#include "transport/kill_patience.hpp"
#include "transport/spawn.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
using Pipe = asio::posix::stream_descriptor;
using std::chrono::milliseconds;

constexpr milliseconds polite_time{500};

/// The descriptor is the child's.
void release(Pipe& pipe) noexcept {
  if (pipe.is_open()) (void)pipe.release();
}

}  // namespace

struct AsioChild::Impl {
  Impl(asio::io_context& loop, const ProcessOptions& options)
      : spawned(spawn(options)), child(spawned.pid), in(loop), out(loop), err(loop) {}

  Spawned spawned;
  Child child;
  Pipe in;
  Pipe out;
  Pipe err;
  bool has_ended = false;
};

AsioChild::AsioChild(asio::io_context& loop, const ProcessOptions& options)
    : impl_(std::make_unique<Impl>(loop, options)) {
  try {
    impl_->in.assign(impl_->spawned.to_stdin.get());
    impl_->out.assign(impl_->spawned.from_stdout.get());
    impl_->err.assign(impl_->spawned.from_stderr.get());
  } catch (...) {
    end();
    throw;
  }
}

AsioChild::~AsioChild() { end(); }

void AsioChild::read_stdout(asio::mutable_buffer buffer, Done done) {
  impl_->out.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
}

void AsioChild::read_stderr(asio::mutable_buffer buffer, Done done) {
  impl_->err.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
}

void AsioChild::write_stdin(asio::const_buffer buffer, Done done) {
  impl_->in.async_wait(Pipe::wait_write, [this, buffer,
                                          done = std::move(done)](LinkError error) mutable {
    if (error) return done(error, 0);
    const ssize_t sent = write_quietly(impl_->spawned.to_stdin.get(), buffer.data(), buffer.size());
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
      return write_stdin(buffer, std::move(done));
    }
    done({}, sent < 0 ? buffer.size() : static_cast<std::size_t>(sent));
  });
}

void AsioChild::close_stdin() noexcept {
  release(impl_->in);
  impl_->spawned.to_stdin.reset();
}

void AsioChild::cancel_stdout() noexcept {
  LinkError ignored;
  impl_->out.cancel(ignored);
}

void AsioChild::await_exit(TimePoint deadline,
                           const std::function<void(std::string_view)>& on_stderr) {
  if (impl_->has_ended) return;
  impl_->child.ends_by(deadline);
  std::array<char, 4096> chunk{};
  for (int round = 0; round < 64; ++round) {
    const ssize_t size = ::read(impl_->spawned.from_stderr.get(), chunk.data(), chunk.size());
    if (size <= 0) return;
    on_stderr({chunk.data(), static_cast<std::size_t>(size)});
  }
}

const ExitStatus& AsioChild::status() const noexcept { return impl_->child.status(); }

void AsioChild::end() noexcept {
  if (std::exchange(impl_->has_ended, true)) return;
  close_stdin();
  Child& child = impl_->child;
  if (!child.ends_by(Clock::now() + polite_time)) {
    child.signal_group(SIGTERM);
    child.ends_by(Clock::now() + polite_time);
  }
  child.signal_group(SIGKILL);  // and what it left
  child.ends_by(Clock::now() + kill_patience);
  child.reap();
  release(impl_->out);
  release(impl_->err);
  impl_->spawned.from_stdout.reset();
  impl_->spawned.from_stderr.reset();
}

}  // namespace codex::detail
