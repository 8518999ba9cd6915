#include "login/login.hpp"

#include <codex/client.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/account.hpp>

#include "connection/next_event.hpp"
#include "wire/rpc_error.hpp"

namespace codex {
namespace {

namespace types = codex::protocol;
using types::requests::AccountLoginStart;

constexpr std::chrono::minutes default_patience{15};

/// The arm of the response that matches the request.
template <class Expected>
Task<Expected> begin(std::shared_ptr<const detail::Client> client, types::LoginAccountParams params,
                     CallOptions options) {
  auto call = client->call<AccountLoginStart>(params, options);
  const auto response = co_await call;
  if (const auto* expected = response.template as<Expected>()) co_return *expected;
  throw DecodeError("type", "not the type of login that was asked for",
                    std::string(AccountLoginStart::method));
}

std::string replace_all(std::string text, const std::string& what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
  return text;
}

/// Throws the same error without the key, in case the runtime repeated it.
[[noreturn]] void rethrow_without(const std::string& api_key, const JsonRpcError& error) {
  if (api_key.empty()) throw;
  const Json json{{"code", error.code()}, {"message", error.message()}, {"data", error.data()}};
  const std::string quoted = Json(api_key).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::rethrow_exception(
      detail::rpc_exception(replace_all(json.dump(), quoted.substr(1, quoted.size() - 2), "***"),
                            AccountLoginStart::method));
}

}  // namespace

Task<void> detail::login_with_api_key(std::shared_ptr<const Client> client, std::string api_key,
                                      CallOptions options) {
  types::ApiKeyLoginAccountParams params{.api_key = api_key};
  auto login = begin<types::ApiKeyLoginAccountResponse>(std::move(client), std::move(params),
                                                        std::move(options));
  try {
    (void)co_await login;
  } catch (const JsonRpcError& error) {
    rethrow_without(api_key, error);
  }
}

Task<std::shared_ptr<const detail::Login>> detail::login_with_chatgpt(
    std::shared_ptr<const Client> client, CallOptions options) {
  auto login = begin<types::ChatgptLoginAccountResponse>(client, types::ChatgptLoginAccountParams{},
                                                         std::move(options));
  auto begun = co_await login;
  co_return std::make_shared<const Login>(client, std::move(begun.login_id),
                                          std::move(begun.auth_url), std::string());
}

Task<std::shared_ptr<const detail::Login>> detail::login_with_device_code(
    std::shared_ptr<const Client> client, CallOptions options) {
  auto login = begin<types::ChatgptDeviceCodeLoginAccountResponse>(
      client, types::ChatgptDeviceCodeLoginAccountParams{}, std::move(options));
  auto begun = co_await login;
  co_return std::make_shared<const Login>(client, std::move(begun.login_id),
                                          std::move(begun.verification_url),
                                          std::move(begun.user_code));
}

types::GetAccountResponse Codex::account(const AccountOptions& options) const {
  return sync_wait(client().call<types::requests::AccountRead>(
      {.refresh_token = options.refresh_token}, options));
}

void Codex::login_api_key(const std::string& api_key, const CallOptions& options) const {
  sync_wait(detail::login_with_api_key(shared_client(), api_key, options));
}

ChatgptLoginHandle Codex::login_chatgpt(const CallOptions& options) const {
  return ChatgptLoginHandle(sync_wait(detail::login_with_chatgpt(shared_client(), options)));
}

DeviceCodeLoginHandle Codex::login_chatgpt_device_code(const CallOptions& options) const {
  return DeviceCodeLoginHandle(sync_wait(detail::login_with_device_code(shared_client(), options)));
}

types::LogoutAccountResponse Codex::logout(const CallOptions& options) const {
  return request<types::requests::AccountLogout>({}, options);
}

LoginHandle::LoginHandle(std::shared_ptr<const detail::Login> login) noexcept
    : login_(std::move(login)) {}

const std::string& LoginHandle::login_id() const noexcept { return login_->id(); }

types::AccountLoginCompletedNotification LoginHandle::wait(const WaitOptions& options) const {
  return sync_wait(detail::Login::wait(login_, options));
}
types::AccountLoginCompletedNotification LoginHandle::wait(
    std::chrono::milliseconds timeout) const {
  return wait(WaitOptions{.timeout = timeout});
}
types::AccountLoginCompletedNotification LoginHandle::wait(std::stop_token stop) const {
  return wait(WaitOptions{.stop = std::move(stop)});
}

types::CancelLoginAccountResponse LoginHandle::cancel(const CallOptions& options) const {
  return sync_wait(login_->cancel(options));
}

const std::string& ChatgptLoginHandle::auth_url() const noexcept { return login().url(); }
const std::string& DeviceCodeLoginHandle::verification_url() const noexcept {
  return login().url();
}
const std::string& DeviceCodeLoginHandle::user_code() const noexcept { return login().user_code(); }

namespace detail {

Login::Login(std::shared_ptr<const Client> client, std::string id, std::string url,
             std::string user_code)
    : client_(std::move(client)),
      id_(std::move(id)),
      url_(std::move(url)),
      user_code_(std::move(user_code)),
      completion_(client_->connection().router().expect_login(id_)) {}

Task<types::AccountLoginCompletedNotification> Login::wait(std::shared_ptr<const Login> login,
                                                           WaitOptions options) {
  InputCheck::no_null(options.timeout, "timeout");
  const auto deadline = deadline_after(Clock::now(), options.timeout.value_or(default_patience));
  Subscription completion = login->completion_.fork();
  try {
    const auto event = co_await next_event(completion, deadline, options.stop);
    if (!event) {
      throw CodexError("The login " + login->id_ + " ended without account/login/completed");
    }
    co_return *event->as<types::notifications::AccountLoginCompleted>();
  } catch (const TimeoutError&) {
    throw TimeoutError("The login " + login->id_ +
                       " was not finished in time; wait again, or cancel it");
  } catch (const CancelledError&) {
    throw CancelledError("The wait for the login " + login->id_ +
                         " was cancelled; the login itself goes on until it is cancelled");
  }
}

Task<types::CancelLoginAccountResponse> Login::cancel(const CallOptions& options) const {
  return client_->call<types::requests::AccountLoginCancel>({.login_id = id_}, options);
}

}  // namespace detail
}  // namespace codex
