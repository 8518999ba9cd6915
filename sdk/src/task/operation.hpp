#pragma once

#include <atomic>
#include <coroutine>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include <codex/async/task.hpp>

#include "task/outcome.hpp"

namespace codex::detail {

/// Passes the requests of any of several stop tokens on to one.
class StopRelay {
 public:
  explicit StopRelay(std::stop_source target) : target_(std::move(target)) {}
  /// At most twice.
  void follow(const std::stop_token& token) {
    if (!token.stop_possible()) return;
    (first_ ? second_ : first_).emplace(token, Request{target_});
  }

 private:
  struct Request {
    // Mutable: request_stop is const in libstdc++ only.
    mutable std::stop_source target;
    void operator()() const { target.request_stop(); }
  };
  std::stop_source target_;
  std::optional<std::stop_callback<Request>> first_;
  std::optional<std::stop_callback<Request>> second_;
};

/// How an operation is awaited.
template <class T>
struct OperationTerms {
  /// A stop token in addition to the coroutine's.
  std::stop_token stop = {};
  /// Whether the coroutine's own stop token stops it as well.
  bool heeds_context = true;
  /// Gets a value that arrives after the coroutine was destroyed; any thread, must be quick.
  std::function<void(T)> on_unclaimed = {};
};

/// Makes an operation with a completion awaitable. `start(completion, stop)` starts it; `stop` is
/// also requested if the coroutine is destroyed while it waits.
template <class T, class Start>
class Operation {
 public:
  explicit Operation(Start start, OperationTerms<T> terms = {})
      : start_(std::move(start)), terms_(std::move(terms)) {}
  Operation(const Operation&) = delete;
  Operation(Operation&&) = delete;
  Operation& operator=(const Operation&) = delete;
  Operation& operator=(Operation&&) = delete;
  ~Operation() {
    if (!waiting_) return;
    waiting_->forget();
    stop_.request_stop();
  }

  [[nodiscard]] bool await_ready() const noexcept { return false; }

  template <std::derived_from<PromiseBase> Parent>
  bool await_suspend(std::coroutine_handle<Parent> parent) {
    const TaskContext& context = parent.promise().context();
    stop_ = std::stop_source();
    relay_.emplace(stop_);
    relay_->follow(terms_.stop);
    if (terms_.heeds_context) relay_->follow(context.stop);
    waiting_ = std::make_shared<Waiting>(parent, context.executor, std::move(terms_.on_unclaimed));
    const auto waiting = waiting_;
    start_(Completion<T>([waiting](Outcome<T> outcome) { waiting->complete(std::move(outcome)); }),
           stop_.get_token());
    return waiting->is_pending();  // if it is, this may be destroyed by now
  }

  T await_resume() {
    relay_.reset();
    return value_or_throw<T>(std::exchange(waiting_, nullptr)->take());
  }

 private:
  class Waiting {
   public:
    Waiting(std::coroutine_handle<> coroutine, std::shared_ptr<const Executor> executor,
            std::function<void(T)> on_unclaimed)
        : sleeper_(std::make_shared<Sleeper>(coroutine, std::move(executor))),
          on_unclaimed_(std::move(on_unclaimed)) {}

    void complete(Outcome<T> outcome) {
      std::unique_lock lock(mutex_);
      if (is_forgotten_) {
        lock.unlock();
        return leave(std::move(outcome));
      }
      outcome_ = std::move(outcome);
      lock.unlock();
      if (has_met_.exchange(true, std::memory_order_acq_rel)) sleeper_->wake();
    }

    [[nodiscard]] bool is_pending() { return !has_met_.exchange(true, std::memory_order_acq_rel); }

    [[nodiscard]] Outcome<T> take() {
      const std::lock_guard lock(mutex_);
      return std::move(*outcome_);
    }

    void forget() {
      sleeper_->forget();
      std::unique_lock lock(mutex_);
      is_forgotten_ = true;
      auto outcome = std::exchange(outcome_, std::nullopt);
      lock.unlock();
      if (outcome) leave(std::move(*outcome));
    }

   private:
    void leave(Outcome<T> outcome) const {
      if (on_unclaimed_ && std::holds_alternative<T>(outcome)) {
        on_unclaimed_(std::get<T>(std::move(outcome)));
      }
    }

    const std::shared_ptr<Sleeper> sleeper_;
    const std::function<void(T)> on_unclaimed_;
    std::mutex mutex_;
    std::optional<Outcome<T>> outcome_;
    bool is_forgotten_ = false;
    std::atomic<bool> has_met_ = false;  // the second to arrive continues
  };

  Start start_;
  OperationTerms<T> terms_;
  std::stop_source stop_{std::nostopstate};
  std::optional<StopRelay> relay_;
  std::shared_ptr<Waiting> waiting_;
};

/// `co_await operation<T>([&](Completion<T> completion, const std::stop_token& stop) { ... })`.
template <class T, class Start>
[[nodiscard]] Operation<T, Start> operation(Start start, OperationTerms<T> terms = {}) {
  return Operation<T, Start>(std::move(start), std::move(terms));
}

}  // namespace codex::detail
