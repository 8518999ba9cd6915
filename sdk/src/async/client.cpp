#include <codex/async/client.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/account.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/thread.hpp>

#include "async/async_core.hpp"
#include "client/notification_stream.hpp"
#include "login/login.hpp"
#include "session/params.hpp"
#include "threads/current_turn.hpp"
#include "threads/thread_calls.hpp"

namespace codex {

namespace requests = codex::protocol::requests;
using ClientPtr = std::shared_ptr<detail::Client>;
using CorePtr = std::shared_ptr<detail::AsyncCore>;

AsyncCodex::AsyncCodex(CodexConfig config, Executor executor)
    : core_(detail::share_at_home(new detail::AsyncCore(
          std::move(config),
          executor ? std::make_shared<const Executor>(std::move(executor)) : nullptr))) {}

AsyncCodex::AsyncCodex(AsyncCodex&&) noexcept = default;

AsyncCodex& AsyncCodex::operator=(AsyncCodex&& other) noexcept {
  if (this == &other) return *this;
  if (core_) core_->end();
  core_ = std::move(other.core_);
  return *this;
}

AsyncCodex::~AsyncCodex() {
  if (core_) core_->end();
}

detail::AsyncCore& AsyncCodex::core() const {
  if (!core_) throw TransportClosedError("This AsyncCodex was moved from: it has no runtime");
  return *core_;
}

const std::shared_ptr<const Executor>& AsyncCodex::executor() const { return core().executor(); }

Task<void> AsyncCodex::start() const {
  const auto start = [](CorePtr core) -> Task<void> {
    (void)co_await detail::AsyncCore::started(std::move(core));
  };
  return core().at_home(start(core_));
}

Task<Metadata> AsyncCodex::metadata() const {
  return core().at_home(detail::AsyncCore::metadata(core_));
}

Task<bool> AsyncCodex::supports(std::string method) const {
  return core().at_home(detail::AsyncCore::supports(core_, std::move(method), std::nullopt));
}

Task<bool> AsyncCodex::supports(std::string method, std::string member) const {
  return core().at_home(detail::AsyncCore::supports(core_, std::move(method), std::move(member)));
}

bool AsyncCodex::is_open() const noexcept {
  const auto client = core_ ? core_->client_if_any() : nullptr;
  return client && client->is_open();
}

std::optional<std::int64_t> AsyncCodex::process_id() const {
  const auto client = core_ ? core_->client_if_any() : nullptr;
  return client ? client->process_id() : std::nullopt;
}

Task<void> AsyncCodex::close() { return core().at_home(detail::AsyncCore::close(core_)); }

Task<protocol::GetAccountResponse> AsyncCodex::account(const AccountOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [options](const ClientPtr& client) {
    return client->call<requests::AccountRead>({.refresh_token = options.refresh_token}, options);
  });
}

Task<void> AsyncCodex::login_api_key(std::string api_key, const CallOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [api_key = std::move(api_key), options](const ClientPtr& client) {
    return detail::login_with_api_key(client, api_key, options);
  });
}

Task<AsyncChatgptLoginHandle> AsyncCodex::login_chatgpt(const CallOptions& options) const {
  const auto login = [](CorePtr core, CallOptions how) -> Task<AsyncChatgptLoginHandle> {
    auto client = co_await detail::AsyncCore::started(core, how.stop);
    auto begin = detail::login_with_chatgpt(std::move(client), std::move(how));
    co_return AsyncChatgptLoginHandle(core, co_await begin);
  };
  return core().at_home(login(core_, options));
}

Task<AsyncDeviceCodeLoginHandle> AsyncCodex::login_chatgpt_device_code(
    const CallOptions& options) const {
  const auto login = [](CorePtr core, CallOptions how) -> Task<AsyncDeviceCodeLoginHandle> {
    auto client = co_await detail::AsyncCore::started(core, how.stop);
    auto begin = detail::login_with_device_code(std::move(client), std::move(how));
    co_return AsyncDeviceCodeLoginHandle(core, co_await begin);
  };
  return core().at_home(login(core_, options));
}

Task<protocol::LogoutAccountResponse> AsyncCodex::logout(const CallOptions& options) const {
  return request<requests::AccountLogout>({}, options);
}

Task<protocol::ModelListResponse> AsyncCodex::models(const ModelListOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [options](const ClientPtr& client) {
    return client->call<requests::ModelList>({.include_hidden = options.include_hidden}, options);
  });
}

namespace {

/// The thread whose id the task of `bring_up` returns.
template <class BringUp>
Task<AsyncThread> thread_from(CorePtr core, AsyncThread (*make)(CorePtr, ClientPtr, std::string),
                              std::stop_token stop, BringUp bring_up) {
  auto client = co_await detail::AsyncCore::started(core, std::move(stop));
  Task<std::string> task = bring_up(client);
  std::string id = co_await task;
  co_return make(std::move(core), std::move(client), std::move(id));
}

}  // namespace

AsyncThread AsyncCodex::make_thread(CorePtr core, ClientPtr client, std::string id) {
  return {std::move(core), std::move(client), std::move(id)};
}

Task<AsyncThread> AsyncCodex::thread_start(const ThreadStartOptions& options) const {
  const std::stop_token stop = options.stop;
  auto bring_up = [options](const ClientPtr& client) {
    return detail::start_thread(client, options);
  };
  return core().at_home(thread_from(core_, make_thread, stop, std::move(bring_up)));
}

Task<AsyncThread> AsyncCodex::thread_resume(std::string thread_id,
                                            const ThreadResumeOptions& options) const {
  const std::stop_token stop = options.stop;
  auto bring_up = [id = std::move(thread_id), options](const ClientPtr& client) {
    return detail::resume_thread(client, id, options);
  };
  return core().at_home(thread_from(core_, make_thread, stop, std::move(bring_up)));
}

Task<AsyncThread> AsyncCodex::thread(std::string thread_id,
                                     const ThreadResumeOptions& options) const {
  return thread_resume(std::move(thread_id), options);
}

std::vector<AsyncTurnHandle> AsyncCodex::running_turns() const {
  std::vector<AsyncTurnHandle> handles;
  const auto client = core().client_if_any();
  if (!client) return handles;
  for (auto& running : detail::running_turns(client)) {
    handles.push_back(
        AsyncTurnHandle(core_, std::make_unique<detail::HandleState>(std::move(running))));
  }
  return handles;
}

Task<AsyncThread> AsyncCodex::thread_fork(std::string thread_id,
                                          const ThreadForkOptions& options) const {
  const std::stop_token stop = options.stop;
  auto bring_up = [id = std::move(thread_id), options](const ClientPtr& client) {
    return detail::fork_thread(client, id, options);
  };
  return core().at_home(thread_from(core_, make_thread, stop, std::move(bring_up)));
}

Task<AsyncThread> AsyncCodex::thread_unarchive(std::string thread_id,
                                               const CallOptions& options) const {
  const std::stop_token stop = options.stop;
  auto bring_up = [id = std::move(thread_id), options](const ClientPtr& client) {
    return detail::unarchive_thread(client, id, options);
  };
  return core().at_home(thread_from(core_, make_thread, stop, std::move(bring_up)));
}

Task<protocol::ThreadListResponse> AsyncCodex::thread_list(const ThreadListOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(
      stop, [options](const ClientPtr& client) { return detail::list_threads(client, options); });
}

AsyncPaged<requests::ThreadList> AsyncCodex::threads(const ThreadListOptions& options) const {
  (void)core();
  return AsyncPaged<requests::ThreadList>(std::make_shared<detail::AsyncPager>(
      core_, requests::ThreadList::method,
      protocol::decode<Json>(detail::thread_list_params(options)), detail::call_options(options)));
}

Task<protocol::ThreadArchiveResponse> AsyncCodex::thread_archive(std::string thread_id,
                                                                 const CallOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [id = std::move(thread_id), options](const ClientPtr& client) {
    return client->call<requests::ThreadArchive>({.thread_id = id}, options);
  });
}

Task<AsyncNotificationStream> AsyncCodex::notifications(const WaitOptions& options) const {
  detail::InputCheck::no_null(options.timeout, "timeout");
  const auto open = [](CorePtr core, WaitOptions how) -> Task<AsyncNotificationStream> {
    const auto client = co_await detail::AsyncCore::started(core, how.stop);
    auto reader = std::make_shared<detail::NotificationReader>(
        detail::NotificationReader{client->connection().router().general(), std::move(how)});
    co_return AsyncNotificationStream(std::move(core), std::move(reader));
  };
  return core().at_home(open(core_, options));
}

Task<Json> AsyncCodex::request(std::string_view method, Json params,
                               const CallOptions& options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [method = std::string(method), params = std::move(params),
                                   options](const ClientPtr& client) {
    return detail::call_untyped(client, method, params, options);
  });
}

Task<std::string> AsyncCodex::request_text(std::string_view method, std::string params,
                                           CallOptions options) const {
  const std::stop_token stop = options.stop;
  return core().with_client(stop, [method = std::string(method), params = std::move(params),
                                   options = std::move(options)](const ClientPtr& client) {
    return client->call(method, params, options);
  });
}

}  // namespace codex
