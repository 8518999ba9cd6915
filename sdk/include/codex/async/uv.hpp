#pragma once

/// For programs with libuv's event loop (Debian: libuv1-dev).

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <uv.h>

#include <codex/async/fwd.hpp>
#include <codex/errors.hpp>

namespace codex {

/// Runs coroutines in a libuv loop. While this lives, the loop has something to wait for, so
/// `uv_run` does not return. Create and destroy it on the loop's thread, before the loop is closed;
/// the loop must run once more after its destruction, as for every libuv handle. Functions posted
/// later are dropped.
class UvExecutor {
 public:
  /// Throws CodexError if libuv cannot create a handle.
  explicit UvExecutor(uv_loop_t* loop) : state_(std::make_shared<State>()) {
    if (const int code = uv_async_init(loop, &state_->wake_up, run_posted); code != 0) {
      throw CodexError(std::string("libuv: ") + uv_strerror(code));
    }
    state_->itself = state_;
    state_->wake_up.data = state_.get();
  }
  UvExecutor(const UvExecutor&) = delete;
  UvExecutor(UvExecutor&&) = delete;
  UvExecutor& operator=(const UvExecutor&) = delete;
  UvExecutor& operator=(UvExecutor&&) = delete;
  ~UvExecutor() {
    std::unique_lock lock(state_->mutex);
    state_->is_open = false;
    const auto dropped = std::exchange(state_->posted, {});  // destroyed without the lock
    lock.unlock();
    uv_close(reinterpret_cast<uv_handle_t*>(&state_->wake_up), let_go);
  }

  /// Thread-safe; may outlive this.
  [[nodiscard]] Executor executor() const {
    return [state = state_](std::function<void()> fn) {
      const std::lock_guard lock(state->mutex);
      if (!state->is_open) return;
      state->posted.push_back(std::move(fn));
      uv_async_send(&state->wake_up);
    };
  }

 private:
  struct State {
    uv_async_t wake_up;
    std::shared_ptr<State> itself = {};  // until libuv has released the handle
    std::mutex mutex = {};
    std::deque<std::function<void()>> posted = {};
    bool is_open = true;
  };

  static void run_posted(uv_async_t* handle) {
    const auto state =
        static_cast<State*>(handle->data)->itself;  // since this may be destroyed meanwhile
    std::unique_lock lock(state->mutex);
    auto ready = std::exchange(state->posted, {});
    lock.unlock();
    for (auto& fn : ready) std::exchange(fn, nullptr)();
  }

  static void let_go(uv_handle_t* handle) {
    const auto last = std::exchange(static_cast<State*>(handle->data)->itself, nullptr);
  }

  std::shared_ptr<State> state_;
};

}  // namespace codex
