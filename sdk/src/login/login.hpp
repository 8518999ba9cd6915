#pragma once

#include <memory>
#include <string>

#include <codex/async/task.hpp>
#include <codex/login.hpp>

#include "connection/subscription.hpp"
#include "session/client_core.hpp"

namespace codex::detail {

/// The state that the copies of a login handle share.
class Login {
 public:
  /// `url` is the page to open; `user_code` the code to enter there, empty if none.
  Login(std::shared_ptr<const Client> client, std::string id, std::string url,
        std::string user_code);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] const std::string& user_code() const noexcept { return user_code_; }

  /// See LoginHandle::wait.
  static Task<protocol::AccountLoginCompletedNotification> wait(std::shared_ptr<const Login> login,
                                                                WaitOptions options);
  [[nodiscard]] Task<protocol::CancelLoginAccountResponse> cancel(const CallOptions& options) const;

 private:
  const std::shared_ptr<const Client> client_;
  const std::string id_;
  const std::string url_;
  const std::string user_code_;
  const Subscription completion_;  // never read itself: each wait reads a fork of it
};

/// The ways to log in; see the functions of `Codex`.
Task<void> login_with_api_key(std::shared_ptr<const Client> client, std::string api_key,
                              CallOptions options);
Task<std::shared_ptr<const Login>> login_with_chatgpt(std::shared_ptr<const Client> client,
                                                      CallOptions options);
Task<std::shared_ptr<const Login>> login_with_device_code(std::shared_ptr<const Client> client,
                                                          CallOptions options);

}  // namespace codex::detail
