#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <codex/config.hpp>
#include <codex/options.hpp>
#include <codex/thread.hpp>

namespace codex {

namespace detail {
class Client;
}

/// What the runtime says of itself (`initialize`).
struct Metadata {
  /// As sent: "my_app/0.169.0 (Debian 12.0.0; x86_64) ...". It begins with the client's name.
  std::string user_agent;
  /// "0.169.0".
  std::string runtime_version;
  /// The runtime's folder for configuration, logins and threads.
  std::string codex_home;
  /// "unix" or "windows".
  std::string platform_family;
  /// "linux", "macos", "windows".
  std::string platform_os;
};

/// A running Codex runtime, and the way in to everything it does. Move-only; may be used from many
/// threads at once. Ends its runtime when it is destroyed.
class Codex {
 public:
  /// Starts the runtime and shakes hands with it. Throws `RuntimeNotFoundError` when there is none
  /// to start; `TransportClosedError`, with what it wrote to stderr, when it ends or does not speak
  /// the protocol; `TimeoutError` when it is silent; `CodexError` when it is too old. Whatever was
  /// started is ended before the error leaves.
  explicit Codex(CodexConfig config = {});
  Codex(Codex&&) noexcept;
  Codex& operator=(Codex&&) noexcept;
  Codex(const Codex&) = delete;
  Codex& operator=(const Codex&) = delete;
  /// As `close`.
  ~Codex();

  /// What the runtime said of itself at the start; stays readable after `close`.
  [[nodiscard]] const Metadata& metadata() const;

  /// Ends the runtime with all its children, at most in about twice
  /// `CodexConfig::shutdown_timeout`. Every call that waits throws `TransportClosedError`, and so
  /// does every later one. Idempotent.
  void close() noexcept;

  /// Starts a thread (`thread/start`).
  [[nodiscard]] Thread thread_start(const ThreadStartOptions& options = {});

  /// Any request of the protocol, one of `codex::protocol::requests`:
  /// `codex.request<codex::protocol::requests::ThreadList>({.limit = 20})`. Throws the errors of
  /// the runtime, `TimeoutError`, `CancelledError`, `TransportClosedError`, and `DecodeError` when
  /// the response does not fit.
  template <class R>
  typename R::Response request(const typename R::Params& params = {},
                               const CallOptions& options = {}) {
    const std::string result = request_text(R::method, params_text<R>(params), options);
    return decode_response<typename R::Response>(R::method, result);
  }

  /// Any request by name. Throws as the typed one does. `params` that are null are left out.
  Json request(std::string_view method, const Json& params = Json::object(),
               const CallOptions& options = {});

 private:
  template <class R>
  static std::string params_text(const typename R::Params& params) {
    if constexpr (std::same_as<typename R::Params, protocol::NoParams>) {
      if (params.extra.empty()) return {};
    }
    return protocol::encode(params);
  }
  template <class Response>
  static Response decode_response(std::string_view method, std::string_view text) {
    try {
      return protocol::decode<Response>(text);
    } catch (const DecodeError& error) {
      throw DecodeError(error.path(), error.problem(), std::string(method));
    }
  }
  std::string request_text(std::string_view method, std::string params, const CallOptions& options);

  [[nodiscard]] detail::Client& client() const;

  std::shared_ptr<detail::Client> client_;  // none after a move
};

}  // namespace codex
