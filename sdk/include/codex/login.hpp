#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <codex/options.hpp>
#include <codex/stop_token.hpp>

namespace codex {

namespace protocol {
struct AccountLoginCompletedNotification;
struct CancelLoginAccountResponse;
}  // namespace protocol

namespace detail {
class Login;
}

/// A login in progress, which the user completes elsewhere. A cheap value: copies refer to the same
/// attempt. Any number of attempts may run at once, with any number of waiting threads.
class LoginHandle {
 public:
  /// The runtime's name for this attempt.
  [[nodiscard]] const std::string& login_id() const noexcept;

  /// Waits until the attempt ends (`account/login/completed`), even if that was before this call,
  /// and returns how it ended: `success`, and `error` if it failed. Each call returns the same.
  /// Default timeout: 15 minutes. Throws `TimeoutError`, `CancelledError` and
  /// `TransportClosedError`; the attempt continues, and you can wait again or cancel it.
  protocol::AccountLoginCompletedNotification wait(const WaitOptions& options = {}) const;
  /// As `wait`, with this timeout.
  protocol::AccountLoginCompletedNotification wait(std::chrono::milliseconds timeout) const;
  /// As `wait`, until a stop is requested.
  protocol::AccountLoginCompletedNotification wait(std::stop_token stop) const;

  /// Cancels the attempt (`account/login/cancel`): callers that wait for it see it fail. `status`
  /// is `not_found` if it had already ended.
  protocol::CancelLoginAccountResponse cancel(const CallOptions& options = {}) const;

 protected:
  /// For the SDK itself.
  explicit LoginHandle(std::shared_ptr<const detail::Login> login) noexcept;
  /// For the SDK itself.
  [[nodiscard]] const detail::Login& login() const noexcept { return *login_; }

 private:
  std::shared_ptr<const detail::Login> login_;
};

/// A login with ChatGPT in a browser on this machine.
class ChatgptLoginHandle : public LoginHandle {
 public:
  /// The page to open. It redirects to a server of the runtime on this machine.
  [[nodiscard]] const std::string& auth_url() const noexcept;

 private:
  friend class Codex;
  using LoginHandle::LoginHandle;
};

/// A login with ChatGPT in a browser on any machine.
class DeviceCodeLoginHandle : public LoginHandle {
 public:
  /// The page to open.
  [[nodiscard]] const std::string& verification_url() const noexcept;
  /// The code to enter there.
  [[nodiscard]] const std::string& user_code() const noexcept;

 private:
  friend class Codex;
  using LoginHandle::LoginHandle;
};

}  // namespace codex
