#include "async/async_core.hpp"

#include <codex/errors.hpp>

#include "task/operation.hpp"
#include "task/start_thread.hpp"
#include "task/thread_signals.hpp"

namespace codex::detail {
namespace {

std::exception_ptr closed() {
  return make_error<TransportClosedError>("The Codex client is closed");
}

}  // namespace

Task<std::shared_ptr<Client>> AsyncCore::started(std::shared_ptr<AsyncCore> self,
                                                 std::stop_token stop) {
  self->owner_.check();
  std::unique_lock lock(self->mutex_);
  const auto attempt = self->current_attempt();
  if (!attempt->is_over) {
    lock.unlock();
    const auto wait = [&](Completion<bool> completion, const std::stop_token& any_stop) {
      attempt->waiting->add(std::move(completion), any_stop);
      std::unique_lock check(self->mutex_);  // it may have just ended
      const bool is_over = attempt->is_over;
      check.unlock();
      if (is_over) attempt->waiting->complete();
    };
    OperationTerms<bool> terms{.stop = std::move(stop)};
    try {
      co_await operation<bool>(wait, std::move(terms));
    } catch (const CancelledError&) {
      throw CancelledError("Cancelled while the Codex runtime was being started", false);
    }
    lock.lock();
  }
  if (attempt->error) std::rethrow_exception(attempt->error);
  co_return attempt->client;
}

std::shared_ptr<AsyncCore::Attempt> AsyncCore::current_attempt() {
  if (is_closing_) {
    // Callers of a closed client get the error from its connection.
    if (attempt_ && attempt_->is_over && attempt_->client) return attempt_;
    std::rethrow_exception(closed());
  }
  if (attempt_ && !(attempt_->is_over && attempt_->error)) return attempt_;
  if (starter_.joinable()) starter_.join();  // it has ended
  auto attempt = std::make_shared<Attempt>();
  starter_ = start_thread("start the client", [this, attempt] { start_client(attempt); });
  attempt_ = attempt;
  return attempt;
}

void AsyncCore::start_client(const std::shared_ptr<Attempt>& attempt) {
  block_signals_on_this_thread();
  std::shared_ptr<Client> client;
  std::exception_ptr error;
  try {
    client = sync_wait(Client::start(config_, executor_), closing_.get_token());
  } catch (...) {
    error = std::current_exception();
  }
  std::unique_lock lock(mutex_);
  attempt->client = std::move(client);
  attempt->error = error && closing_.stop_requested() ? closed() : error;
  attempt->is_over = true;
  lock.unlock();
  attempt->waiting->complete();
}

std::shared_ptr<Client> AsyncCore::client_if_any() {
  if (!owner_.is_this()) return nullptr;
  const std::lock_guard lock(mutex_);
  return attempt_ ? attempt_->client : nullptr;
}

Task<Metadata> AsyncCore::metadata(std::shared_ptr<AsyncCore> self) {
  const auto client = co_await started(std::move(self));
  co_return client->metadata();
}

Task<bool> AsyncCore::supports(std::shared_ptr<AsyncCore> self, std::string method,
                               std::optional<std::string> member) {
  const auto client = co_await started(std::move(self));
  const FeatureGate& gate = client->gate();
  co_return member ? gate.supports(method, *member) : gate.supports(method);
}

Task<void> AsyncCore::close(std::shared_ptr<AsyncCore> self) {
  self->owner_.check();
  std::unique_lock lock(self->mutex_);
  if (!self->is_closing_) {
    AsyncCore* const core = self.get();  // `end` waits for the thread
    self->closer_ = start_thread("close the client", [core] {
      block_signals_on_this_thread();
      core->close_now(true);
    });
    self->is_closing_ = true;  // not if no thread could be started for it
  }
  if (self->is_closed_) co_return;
  lock.unlock();
  const auto wait = [&](Completion<bool> completion, const std::stop_token& stop) {
    self->until_closed_->add(std::move(completion), stop);
    std::unique_lock check(self->mutex_);
    const bool is_closed = self->is_closed_;
    check.unlock();
    if (is_closed) self->until_closed_->complete();
  };
  co_await operation<bool>(wait);
}

void AsyncCore::end() noexcept {
  if (!owner_.is_this()) return;
  std::unique_lock lock(mutex_);
  const bool is_first = !std::exchange(is_closing_, true);
  lock.unlock();
  if (is_first) return close_now(false);
  if (closer_.joinable()) closer_.join();
}

void AsyncCore::close_now(bool may_wait_for_executor) noexcept {
  closing_.request_stop();
  // No further start is possible.
  if (starter_.joinable()) starter_.join();
  if (attempt_ && attempt_->client) {
    attempt_->client->close(may_wait_for_executor || !executor_);
  }
  {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
  }
  until_closed_->complete();
}

}  // namespace codex::detail
