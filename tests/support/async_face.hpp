#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <codex/async.hpp>
#include <codex/codex.hpp>

/// The async API with the names and signatures of the sync one: each call awaits its task on the
/// calling thread. A call that only one face has does not compile here.
namespace face {

inline constexpr bool is_async = true;

using codex::sync_wait;
namespace requests = codex::protocol::requests;

template <class R>
class Paged {
 public:
  using value_type = typename codex::AsyncPaged<R>::value_type;

  explicit Paged(codex::AsyncPaged<R> pages) : pages_(std::move(pages)) {}

  std::optional<value_type> next() { return sync_wait(pages_.next()); }

  using Iterator = codex::detail::PullIterator<Paged, value_type>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  codex::AsyncPaged<R> pages_;
};

class NotificationStream {
 public:
  explicit NotificationStream(codex::AsyncNotificationStream stream) : stream_(std::move(stream)) {}

  codex::Notification next() { return sync_wait(stream_.next()); }
  std::optional<codex::Notification> try_next() { return stream_.try_next(); }
  [[nodiscard]] std::uint64_t dropped() const { return stream_.dropped(); }

  using Iterator = codex::detail::PullIterator<NotificationStream, codex::Notification>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  codex::AsyncNotificationStream stream_;
};

class TurnStream {
 public:
  explicit TurnStream(codex::AsyncTurnStream stream) : stream_(std::move(stream)) {}

  std::optional<codex::Notification> next() { return sync_wait(stream_.next()); }
  [[nodiscard]] std::uint64_t dropped() const { return stream_.dropped(); }

  using Iterator = codex::detail::PullIterator<TurnStream, codex::Notification>;
  Iterator begin() { return Iterator(*this); }
  static std::default_sentinel_t end() noexcept { return {}; }

 private:
  codex::AsyncTurnStream stream_;
};

class TurnHandle {
 public:
  explicit TurnHandle(codex::AsyncTurnHandle handle) : handle_(std::move(handle)) {}

  [[nodiscard]] const std::string& id() const noexcept { return handle_.id(); }
  [[nodiscard]] const std::string& thread_id() const noexcept { return handle_.thread_id(); }
  [[nodiscard]] TurnStream stream() { return TurnStream(handle_.stream()); }
  codex::TurnResult run() { return sync_wait(handle_.run()); }
  template <codex::Described T>
  codex::Parsed<T> run_as() {
    return sync_wait(handle_.run_as<T>());
  }
  codex::protocol::TurnSteerResponse steer(const codex::Input& input,
                                           const codex::CallOptions& options = {}) {
    return sync_wait(handle_.steer(input, options));
  }
  codex::protocol::TurnInterruptResponse interrupt(const codex::CallOptions& options = {}) {
    return sync_wait(handle_.interrupt(options));
  }

 private:
  codex::AsyncTurnHandle handle_;
};

class Thread {
 public:
  explicit Thread(codex::AsyncThread thread) : thread_(std::move(thread)) {}

  [[nodiscard]] const std::string& id() const noexcept { return thread_.id(); }
  void set_handlers(codex::Handlers handlers) const { thread_.set_handlers(std::move(handlers)); }
  codex::TurnResult run(const codex::RunInput& input,
                        const codex::TurnOptions& options = {}) const {
    return sync_wait(thread_.run(input, options));
  }
  template <codex::Described T>
  codex::Parsed<T> run_as(const codex::RunInput& input,
                          const codex::TurnOptions& options = {}) const {
    return sync_wait(thread_.run_as<T>(input, options));
  }
  [[nodiscard]] TurnHandle turn(const codex::RunInput& input,
                                const codex::TurnOptions& options = {}) const {
    return TurnHandle(sync_wait(thread_.turn(input, options)));
  }
  [[nodiscard]] std::optional<TurnHandle> current_turn(
      const codex::CallOptions& options = {}) const {
    auto turn = sync_wait(thread_.current_turn(options));
    return turn ? std::optional(TurnHandle(*std::move(turn))) : std::nullopt;
  }
  [[nodiscard]] codex::protocol::ThreadReadResponse read(
      const codex::ThreadReadOptions& options = {}) const {
    return sync_wait(thread_.read(options));
  }
  codex::protocol::ThreadSetNameResponse set_name(const std::string& name,
                                                  const codex::CallOptions& options = {}) const {
    return sync_wait(thread_.set_name(name, options));
  }
  codex::protocol::ThreadCompactStartResponse compact(
      const codex::CallOptions& options = {}) const {
    return sync_wait(thread_.compact(options));
  }
  [[nodiscard]] TurnHandle review(const codex::protocol::ReviewTarget& target,
                                  const codex::ReviewOptions& options = {}) const {
    return TurnHandle(sync_wait(thread_.review(target, options)));
  }
  codex::TurnResult run_goal(std::string_view objective,
                             const codex::GoalOptions& options = {}) const {
    return sync_wait(thread_.run_goal(std::string(objective), options));
  }
  [[nodiscard]] TurnHandle goal(std::string_view objective,
                                const codex::GoalOptions& options = {}) const {
    return TurnHandle(sync_wait(thread_.goal(std::string(objective), options)));
  }

 private:
  codex::AsyncThread thread_;
};

/// Any of the login handles.
template <class Handle>
class Login {
 public:
  explicit Login(Handle handle) : handle_(std::move(handle)) {}

  [[nodiscard]] const std::string& login_id() const noexcept { return handle_.login_id(); }
  [[nodiscard]] const std::string& auth_url() const noexcept { return handle_.auth_url(); }
  [[nodiscard]] const std::string& verification_url() const noexcept {
    return handle_.verification_url();
  }
  [[nodiscard]] const std::string& user_code() const noexcept { return handle_.user_code(); }

  using Completed = codex::protocol::AccountLoginCompletedNotification;
  Completed wait(const codex::WaitOptions& options = {}) const {
    return sync_wait(handle_.wait(options));
  }
  Completed wait(std::chrono::milliseconds timeout) const {
    return sync_wait(handle_.wait(timeout));
  }
  Completed wait(std::stop_token stop) const { return sync_wait(handle_.wait(std::move(stop))); }
  codex::protocol::CancelLoginAccountResponse cancel(const codex::CallOptions& options = {}) const {
    return sync_wait(handle_.cancel(options));
  }

 private:
  Handle handle_;
};
using ChatgptLoginHandle = Login<codex::AsyncChatgptLoginHandle>;
using DeviceCodeLoginHandle = Login<codex::AsyncDeviceCodeLoginHandle>;

class Codex {
 public:
  explicit Codex(codex::CodexConfig config = {}) : codex_(std::move(config)) {
    sync_wait(codex_.start());
  }

  [[nodiscard]] bool is_open() const noexcept { return codex_.is_open(); }
  [[nodiscard]] std::optional<std::int64_t> process_id() const { return codex_.process_id(); }
  [[nodiscard]] codex::Metadata metadata() const { return sync_wait(codex_.metadata()); }
  void close() { sync_wait(codex_.close()); }

  [[nodiscard]] codex::protocol::GetAccountResponse account(
      const codex::AccountOptions& options = {}) {
    return sync_wait(codex_.account(options));
  }
  void login_api_key(const std::string& api_key, const codex::CallOptions& options = {}) {
    sync_wait(codex_.login_api_key(api_key, options));
  }
  [[nodiscard]] ChatgptLoginHandle login_chatgpt(const codex::CallOptions& options = {}) {
    return ChatgptLoginHandle(sync_wait(codex_.login_chatgpt(options)));
  }
  [[nodiscard]] DeviceCodeLoginHandle login_chatgpt_device_code(
      const codex::CallOptions& options = {}) {
    return DeviceCodeLoginHandle(sync_wait(codex_.login_chatgpt_device_code(options)));
  }
  codex::protocol::LogoutAccountResponse logout(const codex::CallOptions& options = {}) {
    return sync_wait(codex_.logout(options));
  }
  [[nodiscard]] codex::protocol::ModelListResponse models(
      const codex::ModelListOptions& options = {}) {
    return sync_wait(codex_.models(options));
  }

  [[nodiscard]] Thread thread_start(const codex::ThreadStartOptions& options = {}) {
    return Thread(sync_wait(codex_.thread_start(options)));
  }
  Thread thread_resume(const std::string& thread_id,
                       const codex::ThreadResumeOptions& options = {}) {
    return Thread(sync_wait(codex_.thread_resume(thread_id, options)));
  }
  [[nodiscard]] Thread thread(const std::string& thread_id,
                              const codex::ThreadResumeOptions& options = {}) {
    return Thread(sync_wait(codex_.thread(thread_id, options)));
  }
  [[nodiscard]] std::vector<TurnHandle> running_turns() const {
    std::vector<TurnHandle> handles;
    for (auto& turn : codex_.running_turns()) handles.emplace_back(std::move(turn));
    return handles;
  }
  [[nodiscard]] Thread thread_fork(const std::string& thread_id,
                                   const codex::ThreadForkOptions& options = {}) {
    return Thread(sync_wait(codex_.thread_fork(thread_id, options)));
  }
  [[nodiscard]] codex::protocol::ThreadListResponse thread_list(
      const codex::ThreadListOptions& options = {}) {
    return sync_wait(codex_.thread_list(options));
  }
  [[nodiscard]] Paged<requests::ThreadList> threads(const codex::ThreadListOptions& options = {}) {
    return Paged<requests::ThreadList>(codex_.threads(options));
  }
  codex::protocol::ThreadArchiveResponse thread_archive(const std::string& thread_id,
                                                        const codex::CallOptions& options = {}) {
    return sync_wait(codex_.thread_archive(thread_id, options));
  }
  Thread thread_unarchive(const std::string& thread_id, const codex::CallOptions& options = {}) {
    return Thread(sync_wait(codex_.thread_unarchive(thread_id, options)));
  }

  [[nodiscard]] NotificationStream notifications(const codex::WaitOptions& options = {}) {
    return NotificationStream(sync_wait(codex_.notifications(options)));
  }

  template <class R>
  typename R::Response request(const typename R::Params& params = {},
                               const codex::CallOptions& options = {}) {
    return sync_wait(codex_.request<R>(params, options));
  }
  template <class R>
  [[nodiscard]] Paged<R> all(const typename R::Params& params = {},
                             const codex::CallOptions& options = {}) {
    return Paged<R>(codex_.all<R>(params, options));
  }
  codex::Json request(std::string_view method, const codex::Json& params = codex::Json::object(),
                      const codex::CallOptions& options = {}) {
    return sync_wait(codex_.request(method, params, options));
  }

 private:
  mutable codex::AsyncCodex codex_;
};

}  // namespace face
