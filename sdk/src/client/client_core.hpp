#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <codex/client.hpp>
#include <codex/config.hpp>
#include <codex/decode_named.hpp>

#include "client/feature_gate.hpp"
#include "connection/connection.hpp"
#include "handlers/dispatcher.hpp"

namespace codex::detail {

template <class Options>
CallOptions call_options(const Options& options) {
  return {.extra_params = options.extra_params, .timeout = options.timeout, .stop = options.stop};
}

/// One running runtime after its handshake: what `Codex`, `Thread` and the handles share.
class Client {
 public:
  /// Starts the runtime and shakes hands; throws as the constructor of `Codex` says.
  [[nodiscard]] static std::shared_ptr<Client> start(CodexConfig config);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] const CodexConfig& config() const noexcept { return config_; }
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] Connection& connection() const noexcept { return *connection_; }
  [[nodiscard]] std::shared_ptr<Connection> shared_connection() const noexcept {
    return connection_;
  }

  /// Who answers the requests of the server.
  [[nodiscard]] HandlerBook& handlers() const noexcept { return dispatcher_->book(); }

  /// Sends a request and waits for the text of its result. Throws UnsupportedError where `check`
  /// does.
  std::string call(std::string_view method, std::string params, const CallOptions& options) const;

  /// The same, typed. `options` is any of those with extra_params, timeout and stop.
  template <class R, class Options>
  typename R::Response call(const typename R::Params& params, const Options& options) const {
    return decode_named<typename R::Response>(
        R::method, call(R::method, protocol::encode(params), call_options(options)));
  }

  /// Throws UnsupportedError where the runtime would not do what this request asks for.
  void check(std::string_view method, std::string_view params) const;

  void close() noexcept;

 private:
  explicit Client(CodexConfig config);
  void shake_hands();

  CodexConfig config_;
  Metadata metadata_;
  FeatureGate gate_;
  const std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Connection> connection_;
};

/// The deadline of a call: its own timeout or the client's.
TimePoint deadline_of(const CodexConfig& config, const CallOptions& options);

}  // namespace codex::detail
