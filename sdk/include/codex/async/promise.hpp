#pragma once

#include <concepts>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include <codex/async/task.hpp>
#include <codex/errors.hpp>
#include <codex/stop_token.hpp>

namespace codex {

namespace detail {

/// Something that happens once, and the coroutines that wait for it. Thread-safe.
class OneTimeEvent {
 public:
  OneTimeEvent();

  /// False in a child of fork, where its locks may stay held for ever.
  [[nodiscard]] bool is_of_this_process() const noexcept;
  /// Throws TransportClosedError in a child of fork.
  void check_process() const;
  /// Wakes all. They may destroy this before it returns.
  void happen();
  /// Throws CancelledError if it is stopped first.
  [[nodiscard]] Task<void> wait(std::stop_token stop) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What a promise shares with its futures.
template <class T>
class PromiseState {
 public:
  using Value = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

  bool set(Value value) {
    return settle([&] { value_.emplace(std::move(value)); });
  }
  bool set_exception(std::exception_ptr error) {
    return settle([&] { error_ = std::move(error); });
  }
  void abandon() {
    if (!settled_.is_of_this_process()) return;
    settle([] {});
  }

  static Task<T> wait(std::shared_ptr<PromiseState> state, std::stop_token stop) {
    auto settled = state->settled_.wait(std::move(stop));
    co_await settled;
    if constexpr (std::is_void_v<T>) {
      (void)state->take();
    } else {
      co_return state->take();
    }
  }

 private:
  template <class Store>
  bool settle(Store store) {
    settled_.check_process();
    std::unique_lock lock(mutex_);
    if (is_settled_) return false;
    store();
    is_settled_ = true;
    lock.unlock();
    settled_.happen();
    return true;
  }

  Value take() {
    std::unique_lock lock(mutex_);
    const bool was_taken = std::exchange(was_taken_, true);
    lock.unlock();  // from here on nothing else changes it
    if (error_) std::rethrow_exception(error_);
    if (!value_) throw CodexError("The promise was destroyed before it was set");
    if constexpr (std::copy_constructible<Value>) {
      return *value_;
    } else {
      if (was_taken)
        throw CodexError("Another future took the promise's value, which is not copied");
      return *std::move(value_);
    }
  }

  OneTimeEvent settled_;
  std::mutex mutex_;
  std::optional<Value> value_;
  std::exception_ptr error_;
  bool is_settled_ = false;
  bool was_taken_ = false;
};

}  // namespace detail

/// A value that coroutines await, and that other code sets later, from any thread: the answer of a
/// dialog, of a chat, of a callback.
///
///     codex::Promise<bool> yes;
///     button.on_click([&yes] { yes.set(true); });
///     const bool is_yes = co_await yes.future();
///
/// All calls are thread-safe, except for moving and destroying it. The awaiter may destroy it as
/// soon as it has the value, though `set` may still be running.
template <class T = void>
class Promise {
  static_assert(!std::is_reference_v<T>, "A promise gives a value.");

 public:
  /// Neither set nor awaited yet.
  Promise() : state_(std::make_shared<detail::PromiseState<T>>()) {}
  /// Leaves the other one empty; its calls throw CodexError.
  Promise(Promise&& other) noexcept = default;
  /// Destroys its current promise, whose futures throw if it was not set.
  Promise& operator=(Promise&& other) noexcept {
    if (this != &other) {
      abandon();
      state_ = std::move(other.state_);
    }
    return *this;
  }
  Promise(const Promise&) = delete;
  Promise& operator=(const Promise&) = delete;
  /// If it was not set, its futures throw CodexError.
  ~Promise() { abandon(); }

  /// Completes when the promise is set: with its value, or its error. It may be called, and
  /// awaited, any number of times; each gets a copy of the value. A value that can only be moved
  /// goes to the first; the others throw CodexError.
  ///
  /// A stop request, of `stop` or of the awaiting coroutine, ends the wait with `CancelledError`,
  /// and `with_timeout(promise.future(), time)` with `TimeoutError`; the promise may still be set
  /// and awaited. The awaiter resumes on its executor, never in `set`.
  [[nodiscard]] Task<T> future(std::stop_token stop = {}) const {
    return detail::PromiseState<T>::wait(state(), std::move(stop));
  }

  /// Sets the value. False if the promise is set already: the first one counts, so that several
  /// people may answer one question.
  template <class Value = T>
    requires(!std::is_void_v<T> && std::convertible_to<Value, T>)
  bool set(Value&& value) {
    const auto shared = state();  // the awaiter may destroy this
    return shared->set(std::forward<Value>(value));
  }
  /// The same, without a value.
  bool set()
    requires std::is_void_v<T>
  {
    const auto shared = state();
    return shared->set({});
  }
  /// Lets the futures throw this. False if the promise is set already. Throws CodexError for null.
  bool set_exception(std::exception_ptr error) {
    if (!error) throw CodexError("set_exception needs an exception");
    const auto shared = state();
    return shared->set_exception(std::move(error));
  }

 private:
  [[nodiscard]] std::shared_ptr<detail::PromiseState<T>> state() const {
    if (!state_) throw CodexError("This promise was moved from");
    return state_;
  }
  void abandon() noexcept {
    if (const auto shared = std::exchange(state_, nullptr)) shared->abandon();
  }

  std::shared_ptr<detail::PromiseState<T>> state_;
};

}  // namespace codex
