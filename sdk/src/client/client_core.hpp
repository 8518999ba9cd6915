#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <codex/client.hpp>
#include <codex/config.hpp>

#include "connection/connection.hpp"

namespace codex::detail {

/// One running runtime after its handshake: what `Codex`, `Thread` and the handles share.
class Client {
 public:
  /// Starts the runtime and shakes hands; throws as the constructor of `Codex` says.
  explicit Client(CodexConfig config);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] const CodexConfig& config() const noexcept { return config_; }
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
  [[nodiscard]] std::shared_ptr<Connection> shared_connection() const noexcept {
    return connection_;
  }

  /// Sends a request and waits for the text of its result.
  std::string call(std::string_view method, std::string params, const CallOptions& options) const;

  void close() noexcept;

 private:
  void shake_hands();

  CodexConfig config_;
  Metadata metadata_;
  std::shared_ptr<Connection> connection_;
};

/// The deadline of a call: its own timeout or the client's.
TimePoint deadline_of(const CodexConfig& config, const CallOptions& options);

}  // namespace codex::detail
