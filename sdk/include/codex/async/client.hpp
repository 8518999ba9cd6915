#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/async/braces.hpp>
#include <codex/async/login.hpp>
#include <codex/async/notification_stream.hpp>
#include <codex/async/paging.hpp>
#include <codex/async/task.hpp>
#include <codex/async/thread.hpp>
#include <codex/client.hpp>

namespace codex {

namespace detail {

class AsyncCore;

template <class R>
Task<typename R::Response> decoded_response(Task<std::string> result) {
  const std::string text = co_await result;
  co_return decode_named<typename R::Response>(R::method, text);
}

}  // namespace detail

/// As `Codex`, awaitable: every call returns a lazy task, and no call blocks. The first task that
/// needs the runtime starts it. It is started once, even if many tasks need it at the same time; if
/// that fails, each of them throws, and the next one tries again.
///
/// Move-only; may be used from many coroutines and threads at once. `Task` says where its
/// coroutines resume. Its handlers and tools may be coroutines, too, and start on its executor.
class AsyncCodex {
 public:
  /// Starts nothing yet. Its tasks resume on the executor; without one, on that of the awaiting
  /// coroutine, else on the SDK's own thread.
  explicit AsyncCodex(CodexConfig config = {}, Executor executor = {});
  AsyncCodex(AsyncCodex&&) noexcept;
  AsyncCodex& operator=(AsyncCodex&&) noexcept;
  AsyncCodex(const AsyncCodex&) = delete;
  AsyncCodex& operator=(const AsyncCodex&) = delete;
  /// Ends the runtime if `close` did not, and blocks for as long as that takes, like `~Codex`.
  /// Waiting tasks end with `TransportClosedError`.
  ~AsyncCodex();

  /// Starts the runtime, unless it is started. Throws like the constructor of `Codex`.
  Task<void> start() const;

  /// As `Codex::metadata`.
  Task<Metadata> metadata() const;

  /// As `Codex::supports`: `co_await codex.supports<codex::protocol::requests::ThreadQueueAdd>()`.
  template <class M>
    requires requires { M::method; }
  Task<bool> supports() const {
    return supports(std::string(M::method));
  }
  /// As `Codex::supports`.
  Task<bool> supports(std::string method) const;
  /// As `Codex::supports`: `co_await codex.supports("turn/start", "toolOutput")`.
  Task<bool> supports(std::string method, std::string member) const;

  /// As `Codex::is_open`; false before the start, too.
  [[nodiscard]] bool is_open() const noexcept;
  /// As `Codex::process_id`; nothing before the start.
  [[nodiscard]] std::optional<std::int64_t> process_id() const;

  /// As `Codex::close`; completes when the runtime has ended. Later calls throw
  /// `TransportClosedError`. Closing continues if the task is dropped.
  Task<void> close();

  /// As `Codex::account` (`account/read`).
  Task<protocol::GetAccountResponse> account(
      const AccountOptions& options = AccountOptions()) const;
  detail::BracedTask<protocol::GetAccountResponse> account(
      AccountOptions&& options) const;  ///< The same.
  /// As `Codex::login_api_key`.
  Task<void> login_api_key(std::string api_key, const CallOptions& options = CallOptions()) const;
  detail::BracedTask<void> login_api_key(std::string api_key,
                                         CallOptions&& options) const;  ///< The same.
  /// As `Codex::login_chatgpt`.
  Task<AsyncChatgptLoginHandle> login_chatgpt(const CallOptions& options = CallOptions()) const;
  detail::BracedTask<AsyncChatgptLoginHandle> login_chatgpt(
      CallOptions&& options) const;  ///< The same.
  /// As `Codex::login_chatgpt_device_code`.
  Task<AsyncDeviceCodeLoginHandle> login_chatgpt_device_code(
      const CallOptions& options = CallOptions()) const;
  detail::BracedTask<AsyncDeviceCodeLoginHandle> login_chatgpt_device_code(
      CallOptions&& options) const;  ///< The same.
  /// As `Codex::logout` (`account/logout`).
  Task<protocol::LogoutAccountResponse> logout(const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::LogoutAccountResponse> logout(
      CallOptions&& options) const;  ///< The same.
  /// As `Codex::models` (`model/list`).
  Task<protocol::ModelListResponse> models(
      const ModelListOptions& options = ModelListOptions()) const;
  detail::BracedTask<protocol::ModelListResponse> models(
      ModelListOptions&& options) const;  ///< The same.

  /// As `Codex::thread_start` (`thread/start`).
  Task<AsyncThread> thread_start(const ThreadStartOptions& options = ThreadStartOptions()) const;
  detail::BracedTask<AsyncThread> thread_start(ThreadStartOptions&& options) const;  ///< The same.
  /// As `Codex::thread_resume` (`thread/resume`).
  Task<AsyncThread> thread_resume(std::string thread_id,
                                  const ThreadResumeOptions& options = ThreadResumeOptions()) const;
  detail::BracedTask<AsyncThread> thread_resume(
      std::string thread_id, ThreadResumeOptions&& options) const;  ///< The same.
  /// As `Codex::thread` (`thread/resume`).
  Task<AsyncThread> thread(std::string thread_id,
                           const ThreadResumeOptions& options = ThreadResumeOptions()) const;
  detail::BracedTask<AsyncThread> thread(std::string thread_id,
                                         ThreadResumeOptions&& options) const;  ///< The same.
  /// As `Codex::running_turns`; none before the start.
  [[nodiscard]] std::vector<AsyncTurnHandle> running_turns() const;
  /// As `Codex::thread_fork` (`thread/fork`).
  Task<AsyncThread> thread_fork(std::string thread_id,
                                const ThreadForkOptions& options = ThreadForkOptions()) const;
  detail::BracedTask<AsyncThread> thread_fork(std::string thread_id,
                                              ThreadForkOptions&& options) const;  ///< The same.
  /// As `Codex::thread_list` (`thread/list`).
  Task<protocol::ThreadListResponse> thread_list(
      const ThreadListOptions& options = ThreadListOptions()) const;
  detail::BracedTask<protocol::ThreadListResponse> thread_list(
      ThreadListOptions&& options) const;  ///< The same.
  /// As `Codex::threads`: `while (auto thread = co_await threads.next())`.
  [[nodiscard]] AsyncPaged<protocol::requests::ThreadList> threads(
      const ThreadListOptions& options = ThreadListOptions()) const;
  /// The same.
  [[nodiscard]] detail::BracedPaged<protocol::requests::ThreadList> threads(
      ThreadListOptions&& options) const;
  /// As `Codex::thread_archive` (`thread/archive`).
  Task<protocol::ThreadArchiveResponse> thread_archive(
      std::string thread_id, const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::ThreadArchiveResponse> thread_archive(
      std::string thread_id, CallOptions&& options) const;  ///< The same.
  /// As `Codex::thread_unarchive` (`thread/unarchive`).
  Task<AsyncThread> thread_unarchive(std::string thread_id,
                                     const CallOptions& options = CallOptions()) const;
  detail::BracedTask<AsyncThread> thread_unarchive(std::string thread_id,
                                                   CallOptions&& options) const;  ///< The same.

#if defined(__GNUC__)
  // As in Codex, and for clang too: there are two candidates, so it names no option, either.
  /// @cond
  template <class NoSuchOption = void>
  Task<AsyncThread> thread_start(...) const = delete;  // ThreadStartOptions{...} says which option
  template <class NoSuchOption = void>
  Task<AsyncThread> thread_resume(std::string thread_id,
                                  ...) const =
      delete;  // ThreadResumeOptions{...} says which option
  template <class NoSuchOption = void>
  Task<AsyncThread> thread(std::string thread_id,
                           ...) const = delete;  // ThreadResumeOptions{...} says which option
  template <class NoSuchOption = void>
  Task<AsyncThread> thread_fork(std::string thread_id,
                                ...) const = delete;  // ThreadForkOptions{...} says which option
  template <class NoSuchOption = void>
  void thread_list(...) const = delete;  // ThreadListOptions{...} says which option
  template <class NoSuchOption = void>
  void threads(...) const = delete;  // ThreadListOptions{...} says which option
  /// @endcond
#endif

  /// As `Codex::notifications`.
  Task<AsyncNotificationStream> notifications(const WaitOptions& options = WaitOptions()) const;
  detail::BracedTask<AsyncNotificationStream> notifications(
      WaitOptions&& options) const;  ///< The same.

  /// As `Codex::request`: `co_await codex.request<codex::protocol::requests::ThreadList>(params)`.
  template <class R>
  Task<typename detail::Included<R>::Response> request(
      const typename detail::Included<R>::Params& params = typename R::Params(),
      const CallOptions& options = CallOptions()) const {
    return at_home(detail::decoded_response<R>(
        request_text(R::method, params_text<R>(params), CallOptions(options))));
  }
  /// The same.
  template <class R>
  detail::BracedTask<typename R::Response> request(
      const typename detail::Included<R>::Params& params, CallOptions&& options) const {
    return detail::BracedTask<typename R::Response>(request<R>(params, options));
  }
  /// The same.
  template <class R>
  detail::BracedTask<typename R::Response> request(typename detail::Included<R>::Params&& params,
                                                   CallOptions options = CallOptions()) const {
    return detail::BracedTask<typename R::Response>(request<R>(params, options));
  }

  /// As `Codex::all`.
  template <class R>
  [[nodiscard]] AsyncPaged<R> all(const typename R::Params& params = typename R::Params(),
                                  const CallOptions& options = CallOptions()) const {
    (void)core();
    return AsyncPaged<R>(
        std::make_shared<detail::AsyncPager>(core_, R::method, Json(params), options));
  }
  /// The same.
  template <class R>
  [[nodiscard]] detail::BracedPaged<R> all(const typename R::Params& params,
                                           CallOptions&& options) const {
    return detail::BracedPaged<R>(all<R>(params, options));
  }
  /// The same.
  template <class R>
  [[nodiscard]] detail::BracedPaged<R> all(typename R::Params&& params,
                                           CallOptions options = CallOptions()) const {
    return detail::BracedPaged<R>(all<R>(params, options));
  }

  /// As the untyped `Codex::request`.
  Task<Json> request(std::string_view method, Json params = Json(Json::value_t::object),
                     const CallOptions& options = CallOptions()) const;
  detail::BracedTask<Json> request(std::string_view method, Json params,
                                   CallOptions&& options) const;  ///< The same.

 private:
  template <class R>
  static std::string params_text(const typename R::Params& params) {
    if constexpr (std::same_as<typename R::Params, protocol::NoParams>) {
      if (params.extra.empty()) return {};
    }
    return protocol::encode(params);
  }
  Task<std::string> request_text(std::string_view method, std::string params,
                                 CallOptions options) const;
  [[nodiscard]] static AsyncThread make_thread(std::shared_ptr<detail::AsyncCore> core,
                                               std::shared_ptr<detail::Client> client,
                                               std::string id);
  [[nodiscard]] detail::AsyncCore& core() const;
  [[nodiscard]] const std::shared_ptr<const Executor>& executor() const;
  template <class T>
  Task<T> at_home(Task<T> task) const {
    return detail::TaskAccess::insist_on(std::move(task), executor());
  }

  std::shared_ptr<detail::AsyncCore> core_;  // none after a move
};

}  // namespace codex
