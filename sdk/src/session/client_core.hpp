#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <codex/async/task.hpp>
#include <codex/client.hpp>
#include <codex/config.hpp>
#include <codex/decode_named.hpp>

#include "connection/connection.hpp"
#include "handlers/dispatcher.hpp"
#include "recovery/recovery.hpp"
#include "runtime/feature_gate.hpp"
#include "session/input_check.hpp"
#include "session/live_turns.hpp"
#include "task/owner_process.hpp"

namespace codex::detail {

template <class Options>
CallOptions call_options(const Options& options) {
  return {.extra_params = options.extra_params, .timeout = options.timeout, .stop = options.stop};
}

/// The response to a request, typed.
template <class R>
Task<typename R::Response> decoded(Task<std::string> result) {
  const std::string text = co_await result;
  co_return decode_named<typename R::Response>(R::method, text);
}

/// One running runtime after its handshake, shared by `Codex`, `Thread` and the handles.
class Client : public std::enable_shared_from_this<Client> {
 public:
  /// Starts the runtime and does the handshake; throws like the constructor of `Codex`. Its
  /// handlers' coroutines run on the executor; none: on threads of the SDK.
  static Task<std::shared_ptr<Client>> start(CodexConfig config,
                                             std::shared_ptr<const Executor> executor = {});
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] const CodexConfig& config() const noexcept { return config_; }
  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  /// What the runtime has.
  [[nodiscard]] const FeatureGate& gate() const noexcept { return gate_; }

  [[nodiscard]] bool is_open() const noexcept {
    return owner_.is_this() && !connection_->is_closed();
  }
  [[nodiscard]] std::optional<std::int64_t> process_id() const { return connection_->process_id(); }

  // These throw TransportClosedError in a child of fork, like every call.
  [[nodiscard]] Connection& connection() const { return *shared_connection(); }
  [[nodiscard]] const std::shared_ptr<Connection>& shared_connection() const {
    owner_.check();
    return connection_;
  }
  /// The handlers of the server's requests.
  [[nodiscard]] HandlerBook& handlers() const {
    owner_.check();
    return dispatcher_->book();
  }

  /// The turns that this client follows.
  [[nodiscard]] LiveTurns& live_turns() const noexcept { return *live_turns_; }

  /// Checks options and input before they are sent.
  [[nodiscard]] const InputCheck& input_check() const noexcept { return input_check_; }

  /// Sends a request and returns the text of its result. Throws UnsupportedError if `check` does.
  [[nodiscard]] Task<std::string> call(std::string_view method, std::string params,
                                       CallOptions options) const;

  /// The same, typed. `options` is any of those with extra_params, timeout and stop.
  template <class R, class Options>
  [[nodiscard]] Task<typename R::Response> call(const typename R::Params& params,
                                                const Options& options) const {
    return decoded<R>(call(R::method, protocol::encode(params), call_options(options)));
  }

  /// Throws UnsupportedError if the runtime cannot do what this request asks for, and
  /// TransportClosedError in a child of fork.
  void check(std::string_view method, std::string_view params) const;

  /// Call this before sending a request that may change what a thread is allowed to do.
  void note_request(std::string_view params) const { dispatcher_->reach().note_request(params); }

  /// Whether the connection survives cuts.
  [[nodiscard]] bool reconnects() const noexcept { return recovery_ != nullptr; }

  /// `and_coroutines`: waits for handlers that are coroutines, too. Does nothing in a child of
  /// fork.
  void close(bool and_coroutines = true) noexcept;

 private:
  friend class DeleteAtHome<Client>;
  explicit Client(CodexConfig config);
  ~Client();
  [[nodiscard]] ConnectionOptions connection_options() const;
  [[nodiscard]] std::shared_ptr<Recovery> make_recovery();
  void check_same_runtime(std::string_view greeting) const;
  Task<void> shake_hands(TimePoint deadline);
  static Task<std::string> call_on(std::shared_ptr<const Client> self, std::string method,
                                   std::string params, CallOptions options);

  const OwnerProcess owner_;
  CodexConfig config_;
  const InputCheck input_check_;
  Metadata metadata_;
  FeatureGate gate_;
  const std::unique_ptr<LiveTurns> live_turns_ = std::make_unique<LiveTurns>();
  const std::shared_ptr<Dispatcher> dispatcher_;
  std::shared_ptr<Recovery> recovery_;  // none: a cut is the end
  std::shared_ptr<Connection> connection_;
};

/// Any request by name; see Codex::request.
Task<Json> call_untyped(std::shared_ptr<const Client> client, std::string method, Json params,
                        CallOptions options);

/// The deadline of a call: its own timeout or the client's.
TimePoint deadline_of(const CodexConfig& config, const CallOptions& options);

}  // namespace codex::detail
