#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include <codex/options.hpp>

namespace codex {

namespace protocol {
struct AccountLoginCompletedNotification;
struct CancelLoginAccountResponse;
}  // namespace protocol

namespace detail {
class Login;
}

/// A login that was begun and that the user finishes elsewhere. A cheap value: copies stand for the
/// same attempt. Any number of attempts and of waiting threads may run side by side.
class LoginHandle {
 public:
  /// The runtime's name for this attempt.
  [[nodiscard]] const std::string& login_id() const noexcept;

  /// Waits until the attempt is over (`account/login/completed`), also when it was before this
  /// call, and tells how it ended: `success`, and `error` where it did not. Each call gives the
  /// same answer. Default timeout: 15 minutes. Throws `TimeoutError`, `CancelledError` and
  /// `TransportClosedError`; the attempt goes on, and may be waited for again, or cancelled.
  protocol::AccountLoginCompletedNotification wait(const WaitOptions& options = {}) const;
  /// As `wait`, for so long.
  protocol::AccountLoginCompletedNotification wait(std::chrono::milliseconds timeout) const;
  /// As `wait`, until a stop is requested.
  protocol::AccountLoginCompletedNotification wait(std::stop_token stop) const;

  /// Gives the attempt up (`account/login/cancel`): who waits for it sees it fail. `status` says
  /// `not_found` when it was over already.
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
  /// The page to open. It leads back to a server of the runtime on this machine.
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
  /// What to enter there.
  [[nodiscard]] const std::string& user_code() const noexcept;

 private:
  friend class Codex;
  using LoginHandle::LoginHandle;
};

}  // namespace codex
