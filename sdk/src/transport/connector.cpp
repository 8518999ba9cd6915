#include "transport/connector.hpp"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"

namespace codex::detail {
namespace {

Connector::Result make(const TransportFactory& factory) {
  try {
    auto transport = factory();
    if (!transport) throw CodexError("CodexConfig::transport made no transport");
    return transport;
  } catch (...) {
    return std::current_exception();
  }
}

}  // namespace

struct Connector::Shared {
  Shared(TransportFactory make, std::function<void()> when_done)
      : factory(std::move(make)), on_done(std::move(when_done)) {}

  const TransportFactory factory;
  const std::function<void()> on_done;
  std::mutex mutex;
  std::condition_variable changed;
  bool is_wanted = false;
  bool is_busy = false;
  bool is_over = false;
  std::optional<Result> result;
};

Connector::Connector(TransportFactory factory, std::function<void()> on_done)
    : shared_(std::make_shared<Shared>(std::move(factory), std::move(on_done))) {}

Connector::~Connector() {
  std::unique_lock lock(shared_->mutex);
  shared_->is_over = true;
  const bool hangs = shared_->is_busy && !shared_->result;
  auto result = std::exchange(shared_->result, std::nullopt);
  lock.unlock();
  shared_->changed.notify_one();
  if (thread_.joinable()) hangs ? thread_.detach() : thread_.join();
  if (!result) return;
  if (auto* transport = std::get_if<std::unique_ptr<Transport>>(&*result)) (*transport)->close();
}

void Connector::begin() {
  if (!thread_.joinable()) {
    thread_ = start_thread("connect again", [shared = shared_] { run(shared); });
  }
  const std::lock_guard lock(shared_->mutex);
  shared_->is_wanted = true;
  shared_->is_busy = true;
  shared_->changed.notify_one();
}

bool Connector::is_busy() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->is_busy;
}

std::optional<Connector::Result> Connector::take() {
  const std::lock_guard lock(shared_->mutex);
  if (shared_->result) shared_->is_busy = false;
  return std::exchange(shared_->result, std::nullopt);
}

void Connector::run(const std::shared_ptr<Shared>& shared) {
  block_signals_on_this_thread();
  std::unique_lock lock(shared->mutex);
  while (true) {
    shared->changed.wait(lock, [&] { return shared->is_wanted || shared->is_over; });
    if (shared->is_over) return;
    shared->is_wanted = false;
    lock.unlock();
    Result result = make(shared->factory);
    lock.lock();
    if (shared->is_over) {
      lock.unlock();
      if (auto* transport = std::get_if<std::unique_ptr<Transport>>(&result)) {
        (*transport)->close();
      }
      return;
    }
    shared->result = std::move(result);
    shared->on_done();  // with the lock, so that its owner is there
  }
}

}  // namespace codex::detail
