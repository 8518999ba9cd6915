#include <boost/asio/windows/stream_handle.hpp>
#include <utility>

#include "transport/asio_child.hpp"
#include "transport/kill_patience.hpp"
#include "transport/spawn_windows.hpp"

namespace codex::detail {
namespace {

namespace asio = boost::asio;
using Pipe = asio::windows::stream_handle;
using std::chrono::milliseconds;

constexpr milliseconds polite_time{500};

void close(Pipe& pipe) noexcept {
  LinkError ignored;
  pipe.close(ignored);
}

}  // namespace

struct AsioChild::Impl {
  Impl(asio::io_context& its_loop, Spawned spawned)
      : loop(its_loop),
        child(std::move(spawned.child)),
        in(its_loop, spawned.to_stdin.release()),
        out(its_loop, spawned.from_stdout.release()),
        err(its_loop, spawned.from_stderr.release()) {}

  asio::io_context& loop;
  Child child;
  Pipe in;
  Pipe out;
  Pipe err;
  bool has_ended = false;
};

AsioChild::AsioChild(asio::io_context& loop, const ProcessOptions& options)
    : impl_(std::make_unique<Impl>(loop, spawn(options))) {}

AsioChild::~AsioChild() { end(); }

void AsioChild::read_stdout(asio::mutable_buffer buffer, Done done) {
  impl_->out.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
}

void AsioChild::read_stderr(asio::mutable_buffer buffer, Done done) {
  impl_->err.async_read_some(asio::mutable_buffers_1(buffer), std::move(done));
}

void AsioChild::write_stdin(asio::const_buffer buffer, Done done) {
  impl_->in.async_write_some(
      asio::const_buffers_1(buffer),
      [size = buffer.size(), done = std::move(done)](LinkError error, std::size_t sent) mutable {
        const bool is_cancelled = error == asio::error::operation_aborted;
        done(is_cancelled ? error : LinkError(), error ? size : sent);
      });
}

void AsioChild::close_stdin() noexcept { close(impl_->in); }

void AsioChild::cancel_stdout() noexcept {
  LinkError ignored;
  impl_->out.cancel(ignored);
}

// Its last output goes to the read that waits, whose handler the loop has.
void AsioChild::await_exit(TimePoint deadline, const std::function<void(std::string_view)>&) {
  if (impl_->has_ended) return;
  impl_->child.ends_by(deadline);
  impl_->loop.restart();
  impl_->loop.poll();
}

const ExitStatus& AsioChild::status() const noexcept { return impl_->child.status(); }

void AsioChild::end() noexcept {
  if (std::exchange(impl_->has_ended, true)) return;
  close_stdin();
  Child& child = impl_->child;
  child.ends_by(Clock::now() + polite_time);
  child.kill_all();  // and what it left
  child.ends_by(Clock::now() + kill_patience);
  close(impl_->out);
  close(impl_->err);
}

}  // namespace codex::detail
