#pragma once

#include <memory>
#include <string>

#include <codex/login.hpp>

#include "client/client_core.hpp"
#include "connection/subscription.hpp"

namespace codex::detail {

/// What the copies of a login handle share.
class Login {
 public:
  /// `url` is where the user goes; `user_code` what to enter there, empty when nothing.
  Login(std::shared_ptr<Client> client, std::string id, std::string url, std::string user_code);

  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& url() const noexcept { return url_; }
  [[nodiscard]] const std::string& user_code() const noexcept { return user_code_; }

  [[nodiscard]] protocol::AccountLoginCompletedNotification wait(const WaitOptions& options) const;
  [[nodiscard]] protocol::CancelLoginAccountResponse cancel(const CallOptions& options) const;

 private:
  const std::shared_ptr<Client> client_;
  const std::string id_;
  const std::string url_;
  const std::string user_code_;
  const Subscription completion_;  // never read itself: each wait reads a fork of it
};

}  // namespace codex::detail
