#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <codex/async/braces.hpp>
#include <codex/async/task.hpp>
#include <codex/options.hpp>
#include <codex/stop_token.hpp>

namespace codex {

namespace protocol {
struct AccountLoginCompletedNotification;
struct CancelLoginAccountResponse;
}  // namespace protocol

namespace detail {
class AsyncCore;
class Login;
}  // namespace detail

/// As `LoginHandle`, awaitable.
class AsyncLoginHandle {
 public:
  /// The runtime's name for this attempt.
  [[nodiscard]] const std::string& login_id() const noexcept;

  /// As `LoginHandle::wait`.
  Task<protocol::AccountLoginCompletedNotification> wait(
      const WaitOptions& options = WaitOptions()) const;
  detail::BracedTask<protocol::AccountLoginCompletedNotification> wait(
      WaitOptions&& options) const;  ///< The same.
  /// As `wait`, with this timeout.
  Task<protocol::AccountLoginCompletedNotification> wait(std::chrono::milliseconds timeout) const;
  /// As `wait`, until a stop is requested.
  Task<protocol::AccountLoginCompletedNotification> wait(std::stop_token stop) const;

  /// As `LoginHandle::cancel` (`account/login/cancel`).
  Task<protocol::CancelLoginAccountResponse> cancel(
      const CallOptions& options = CallOptions()) const;
  detail::BracedTask<protocol::CancelLoginAccountResponse> cancel(
      CallOptions&& options) const;  ///< The same.

 protected:
  /// For the SDK itself.
  AsyncLoginHandle(std::shared_ptr<detail::AsyncCore> core,
                   std::shared_ptr<const detail::Login> login) noexcept;
  /// For the SDK itself.
  [[nodiscard]] const detail::Login& login() const noexcept { return *login_; }

 private:
  std::shared_ptr<detail::AsyncCore> core_;
  std::shared_ptr<const detail::Login> login_;
};

/// As `ChatgptLoginHandle`, awaitable.
class AsyncChatgptLoginHandle : public AsyncLoginHandle {
 public:
  /// The page to open. It redirects to a server of the runtime on this machine.
  [[nodiscard]] const std::string& auth_url() const noexcept;

 private:
  friend class AsyncCodex;
  using AsyncLoginHandle::AsyncLoginHandle;
};

/// As `DeviceCodeLoginHandle`, awaitable.
class AsyncDeviceCodeLoginHandle : public AsyncLoginHandle {
 public:
  /// The page to open.
  [[nodiscard]] const std::string& verification_url() const noexcept;
  /// The code to enter there.
  [[nodiscard]] const std::string& user_code() const noexcept;

 private:
  friend class AsyncCodex;
  using AsyncLoginHandle::AsyncLoginHandle;
};

}  // namespace codex
