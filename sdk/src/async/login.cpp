#include "login/login.hpp"

#include <codex/async/login.hpp>
#include <codex/protocol/account.hpp>

#include "async/async_core.hpp"

namespace codex {

using Completed = protocol::AccountLoginCompletedNotification;

AsyncLoginHandle::AsyncLoginHandle(std::shared_ptr<detail::AsyncCore> core,
                                   std::shared_ptr<const detail::Login> login) noexcept
    : core_(std::move(core)), login_(std::move(login)) {}

const std::string& AsyncLoginHandle::login_id() const noexcept { return login_->id(); }

Task<Completed> AsyncLoginHandle::wait(const WaitOptions& options) const {
  return core_->at_home(detail::Login::wait(login_, options));
}
Task<Completed> AsyncLoginHandle::wait(std::chrono::milliseconds timeout) const {
  return wait(WaitOptions{.timeout = timeout});
}
Task<Completed> AsyncLoginHandle::wait(std::stop_token stop) const {
  return wait(WaitOptions{.stop = std::move(stop)});
}

Task<protocol::CancelLoginAccountResponse> AsyncLoginHandle::cancel(
    const CallOptions& options) const {
  return core_->at_home(login_->cancel(options));
}

const std::string& AsyncChatgptLoginHandle::auth_url() const noexcept { return login().url(); }
const std::string& AsyncDeviceCodeLoginHandle::verification_url() const noexcept {
  return login().url();
}
const std::string& AsyncDeviceCodeLoginHandle::user_code() const noexcept {
  return login().user_code();
}

}  // namespace codex
