#pragma once

#include <concepts>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include <codex/async/task.hpp>
#include <codex/config.hpp>

#include "session/client_core.hpp"
#include "task/owner_process.hpp"
#include "task/wait_list.hpp"

namespace codex::detail {

/// The state that an `AsyncCodex`, its threads and its handles share: the client, started when it
/// is first needed, and the executor. Thread-safe. Call `end` before destroying it. In a child of
/// fork its tasks throw TransportClosedError, and `end` does nothing.
class AsyncCore : public std::enable_shared_from_this<AsyncCore> {
 public:
  AsyncCore(CodexConfig config, std::shared_ptr<const Executor> executor)
      : config_(std::move(config)),
        executor_(std::move(executor)),
        own_executor_(executor_ ? nullptr : detail::own_executor()) {}

  /// The app's executor; none: the awaiter's.
  [[nodiscard]] const std::shared_ptr<const Executor>& executor() const noexcept {
    return executor_;
  }

  /// The task, on the app's executor.
  template <class T>
  [[nodiscard]] Task<T> at_home(Task<T> task) const {
    return TaskAccess::insist_on(std::move(task), executor_);
  }

  /// Starts the client if needed, then awaits what `make` returns for it; `stop` ends the wait for
  /// the start.
  template <class Make>
  [[nodiscard]] std::invoke_result_t<Make&, std::shared_ptr<Client>> with_client(
      std::stop_token stop, Make make) {
    return at_home(with_client_of(shared_from_this(), std::move(stop), std::move(make)));
  }

  /// The running client. Throws like `AsyncCodex::start`.
  static Task<std::shared_ptr<Client>> started(std::shared_ptr<AsyncCore> self,
                                               std::stop_token stop = {});

  /// The client, if it has been started.
  [[nodiscard]] std::shared_ptr<Client> client_if_any();

  /// Works after the end, too.
  static Task<Metadata> metadata(std::shared_ptr<AsyncCore> self);
  static Task<bool> supports(std::shared_ptr<AsyncCore> self, std::string method,
                             std::optional<std::string> member);

  /// Ends the runtime, on a separate thread, since it takes a while.
  static Task<void> close(std::shared_ptr<AsyncCore> self);

  /// The same, blocking.
  void end() noexcept;

 private:
  /// One attempt to start, shared by all waiters.
  struct Attempt {
    std::shared_ptr<WaitList> waiting = std::make_shared<WaitList>();
    bool is_over = false;
    std::shared_ptr<Client> client = {};
    std::exception_ptr error = {};
  };

  template <class Make>
  static std::invoke_result_t<Make&, std::shared_ptr<Client>> with_client_of(
      std::shared_ptr<AsyncCore> self, std::stop_token stop, Make make) {
    auto client = co_await started(std::move(self), std::move(stop));
    auto task = make(std::move(client));
    co_return co_await task;
  }

  [[nodiscard]] std::shared_ptr<Attempt> current_attempt();  // with the lock held
  void start_client(const std::shared_ptr<Attempt>& attempt);
  void close_now(bool may_wait_for_executor) noexcept;

  const OwnerProcess owner_;
  const CodexConfig config_;
  const std::shared_ptr<const Executor> executor_;
  // Kept, so that not every wait starts a thread.
  const std::shared_ptr<const Executor> own_executor_;
  std::stop_source closing_;

  std::mutex mutex_;
  std::shared_ptr<Attempt> attempt_;
  std::thread starter_;
  std::thread closer_;
  bool is_closing_ = false;
  bool is_closed_ = false;
  const std::shared_ptr<WaitList> until_closed_ = std::make_shared<WaitList>();
};

}  // namespace codex::detail
