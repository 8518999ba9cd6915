#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <codex/config.hpp>
#include <codex/login.hpp>
#include <codex/notification_stream.hpp>
#include <codex/options.hpp>
#include <codex/paging.hpp>
#include <codex/thread.hpp>

// Where clang can tell that the client of a thread ends before the thread is used, it warns.
#if defined(__clang__)
#define CODEX_DETAIL_NEEDS_CLIENT [[clang::lifetimebound]]
#else
#define CODEX_DETAIL_NEEDS_CLIENT
#endif

namespace codex {

// <codex/codex.hpp> has them all.
namespace protocol {
struct GetAccountResponse;
struct LogoutAccountResponse;
struct ModelListResponse;
struct ThreadArchiveResponse;
struct ThreadListResponse;
namespace requests {
struct ThreadList;
}
}  // namespace protocol

/// What the runtime reports about itself (`initialize`).
struct Metadata {
  /// As sent: "my_app/0.169.0 (Debian 12.0.0; x86_64) ...". It begins with the client's name.
  std::string user_agent;
  /// "0.169.0".
  std::string runtime_version;
  /// The runtime's folder for configuration, logins and threads.
  std::string codex_home;
  /// "unix" or "windows".
  std::string platform_family;
  /// "linux", "macos", "windows".
  std::string platform_os;
  /// For people: the version of this runtime and the one that the SDK was made for. Empty if they
  /// are the same, or if `CodexConfig::runtime_mismatch` is not `warn`.
  std::string runtime_warning{};
};

/// A running Codex runtime and all its calls. Move-only; many threads may use it at once. The
/// destructor ends the runtime.
///
/// It belongs to the process that made it. In a child of fork every call throws
/// `TransportClosedError`, as do those of its threads, turns and streams, and destroying any of
/// them does nothing.
class Codex {
 public:
  /// Starts the runtime and does the handshake. Throws `RuntimeNotFoundError` if there is no
  /// runtime to start; `TransportClosedError`, with its stderr, if it exits or does not speak the
  /// protocol; `TimeoutError` if it does not respond; `CodexError` if it is too old, or of a
  /// version that `CodexConfig::runtime_mismatch` refuses. A process that was started is ended
  /// before this throws.
  explicit Codex(CodexConfig config = {});
  Codex(Codex&&) noexcept;
  Codex& operator=(Codex&&) noexcept;
  Codex(const Codex&) = delete;
  Codex& operator=(const Codex&) = delete;
  /// Same as `close`.
  ~Codex();

  /// What the runtime reported at the start; still readable after `close`.
  [[nodiscard]] const Metadata& metadata() const;

  /// Whether the connected runtime has this method, be it a request, a notification or a request of
  /// the runtime: `codex.supports<codex::protocol::requests::ThreadQueueAdd>()`. A runtime that was
  /// built from a checkout, or is newer than this SDK, counts as having every method that the SDK
  /// knows.
  template <class M>
    requires requires { M::method; }
  [[nodiscard]] bool supports() const {
    return supports(M::method);
  }
  /// The same, by its wire name. False for a method that this SDK does not know.
  [[nodiscard]] bool supports(std::string_view method) const;
  /// Whether the params of this method can have this member, both by their wire names:
  /// `codex.supports("turn/start", "toolOutput")`.
  [[nodiscard]] bool supports(std::string_view method, std::string_view member) const;

  /// Whether calls can reach the runtime. False after `close` or a move, in a child of fork, and
  /// once the runtime has ended or broken the protocol: the SDK calls `CodexConfig::on_connection`
  /// then.
  [[nodiscard]] bool is_open() const noexcept;

  /// The runtime's process id, to watch it by; nothing when there is no process (`transport`), or
  /// after a move. It stays readable after the end.
  [[nodiscard]] std::optional<std::int64_t> process_id() const;

  /// Ends the runtime and all its children, within about twice `CodexConfig::shutdown_timeout`, or
  /// four times if handlers ignore their stop token: these are abandoned, and
  /// `Handlers::on_problem` is called. Every waiting call throws `TransportClosedError`, and so
  /// does every later one. Idempotent.
  void close() noexcept;

  /// Who is logged in (`account/read`).
  [[nodiscard]] protocol::GetAccountResponse account(const AccountOptions& options = {}) const;

  /// Logs in with an API key (`account/login/start`); the login is complete on return. The runtime
  /// stores the key in its `codex_home`.
  void login_api_key(const std::string& api_key, const CallOptions& options = {}) const;

  /// Starts a login with ChatGPT in a browser on this machine (`account/login/start`).
  [[nodiscard]] ChatgptLoginHandle login_chatgpt(const CallOptions& options = {}) const;

  /// Starts a login with ChatGPT in a browser on any machine (`account/login/start`).
  [[nodiscard]] DeviceCodeLoginHandle login_chatgpt_device_code(
      const CallOptions& options = {}) const;

  /// Logs out (`account/logout`).
  protocol::LogoutAccountResponse logout(const CallOptions& options = {}) const;

  /// The available models (`model/list`): the first page, which usually has all of them.
  [[nodiscard]] protocol::ModelListResponse models(const ModelListOptions& options = {}) const;

  /// Starts a thread (`thread/start`).
  [[nodiscard]] Thread thread_start(const ThreadStartOptions& options = {}) const
      CODEX_DETAIL_NEEDS_CLIENT;

  /// Loads a stored thread to continue it (`thread/resume`).
  Thread thread_resume(const std::string& thread_id,
                       const ThreadResumeOptions& options = {}) const CODEX_DETAIL_NEEDS_CLIENT;

  /// A thread that was started elsewhere, by another client of this runtime or before this client
  /// attached, followed from now on (`thread/resume`). Its approvals that wait come to the handlers
  /// of this client, and its `current_turn` to whoever asks. While the runtime has the thread
  /// loaded it ignores the other options: give `handlers` and `tools`. A thread that is ephemeral,
  /// or has had no turn, can only be followed by the client that started it: this throws
  /// `ThreadNotFoundError`.
  [[nodiscard]] Thread thread(const std::string& thread_id, const ThreadResumeOptions& options = {})
      const CODEX_DETAIL_NEEDS_CLIENT;

  /// The turns of this client that run, oldest first: those that it started, goals and reviews
  /// too, and those that it took up with `Thread::current_turn`. Sends nothing. A stream of such a
  /// handle begins with the next event; to end them all:
  /// `for (const auto& turn : codex.running_turns()) turn.interrupt();`
  [[nodiscard]] std::vector<TurnHandle> running_turns() const;

  /// Starts a thread with the history of another one (`thread/fork`).
  [[nodiscard]] Thread thread_fork(const std::string& thread_id,
                                   const ThreadForkOptions& options = {}) const
      CODEX_DETAIL_NEEDS_CLIENT;

  /// One page of the stored threads (`thread/list`), those that have had a turn.
  [[nodiscard]] protocol::ThreadListResponse thread_list(
      const ThreadListOptions& options = {}) const;

  /// All stored threads, fetched page by page while they are read:
  /// `for (const auto& thread : codex.threads({.limit = 50}))`. The `timeout` applies to each page.
  [[nodiscard]] Paged<protocol::requests::ThreadList> threads(
      const ThreadListOptions& options = {}) const;

  /// Archives a thread (`thread/archive`).
  protocol::ThreadArchiveResponse thread_archive(const std::string& thread_id,
                                                 const CallOptions& options = {}) const;

  /// Unarchives a thread (`thread/unarchive`). Resume it before its next turn.
  Thread thread_unarchive(const std::string& thread_id,
                          const CallOptions& options = {}) const CODEX_DETAIL_NEEDS_CLIENT;

#if defined(__GNUC__) && !defined(__clang__)
  // g++ would only say that it cannot convert the braces. These are worse than the calls above in
  // overload resolution, so only what does not fit reaches them.
  /// @cond
  template <class NoSuchOption = void>
  Thread thread_start(...) const = delete;  // ThreadStartOptions{...} says which option
  template <class NoSuchOption = void>
  Thread thread_resume(const std::string& thread_id,
                       ...) const = delete;  // ThreadResumeOptions{...} says which option
  template <class NoSuchOption = void>
  Thread thread(const std::string& thread_id,
                ...) const = delete;  // ThreadResumeOptions{...} says which option
  template <class NoSuchOption = void>
  Thread thread_fork(const std::string& thread_id,
                     ...) const = delete;  // ThreadForkOptions{...} says which option
  template <class NoSuchOption = void>
  void thread_list(...) const = delete;  // ThreadListOptions{...} says which option
  template <class NoSuchOption = void>
  void threads(...) const = delete;  // ThreadListOptions{...} says which option
  /// @endcond
#endif

  /// The notifications that belong to no turn and no login, from the oldest unread one on:
  /// `for (const codex::Notification& event : codex.notifications())`. Default timeout: none.
  [[nodiscard]] NotificationStream notifications(const WaitOptions& options = {}) const;

  /// Sends any request of the protocol, one of `codex::protocol::requests`:
  /// `codex.request<codex::protocol::requests::ThreadList>({.limit = 20})`. Throws the errors of
  /// the runtime, `UnsupportedError`, `TimeoutError`, `CancelledError`, `TransportClosedError`, and
  /// `DecodeError` when the response does not fit.
  template <class R>
  typename detail::Included<R>::Response request(
      const typename detail::Included<R>::Params& params = {},
      const CallOptions& options = {}) const {
    return detail::decode_named<typename R::Response>(
        R::method, request_text(R::method, params_text<R>(params), options));
  }

  /// All elements of any paged list of the protocol, fetched while they are read: `for (const auto&
  /// model : codex.all<codex::protocol::requests::ModelList>())`. The `timeout` applies to each
  /// page.
  template <class R>
  [[nodiscard]] Paged<R> all(const typename detail::Included<R>::Params& params = {},
                             const CallOptions& options = {}) const {
    return Paged<R>(detail::Pager(shared_client(), R::method, params, options));
  }

  /// Sends any request by name. Throws like the typed one. Null `params` are left out.
  Json request(std::string_view method, const Json& params = Json(Json::value_t::object),
               const CallOptions& options = {}) const;

 private:
  template <class R>
  static std::string params_text(const typename R::Params& params) {
    if constexpr (std::same_as<typename R::Params, protocol::NoParams>) {
      if (params.extra.empty()) return {};
    }
    return protocol::encode(params);
  }
  std::string request_text(std::string_view method, std::string params,
                           const CallOptions& options) const;

  [[nodiscard]] detail::Client& client() const;
  [[nodiscard]] std::shared_ptr<detail::Client> shared_client() const;

  std::shared_ptr<detail::Client> client_;  // none after a move
};

}  // namespace codex

#undef CODEX_DETAIL_NEEDS_CLIENT
