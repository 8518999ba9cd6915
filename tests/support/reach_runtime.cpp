// Takes the place of the SDK's file of this name: with CODEX_TEST_TRANSPORT=unix, ws or ssh,
// clients that would start a runtime start one that listens and attach to it. So each test of the
// API is one of these transports, too.

#include "session/reach_runtime.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

#include <codex/runtime_server.hpp>

#include "session/runtime_transports.hpp"
#include "support/far_ends.hpp"

namespace codex::detail {
namespace {

std::string_view wanted() {
  const char* const value = std::getenv("CODEX_TEST_TRANSPORT");
  return value != nullptr ? value : "";
}

/// Ends the runtime with its client, as one that the client started itself.
class Served final : public Transport {
 public:
  Served(RuntimeServer server, std::unique_ptr<Transport> inner)
      : server_(std::move(server)), inner_(std::move(inner)) {}

  bool receive(Receiver& receiver, std::chrono::steady_clock::time_point deadline) override {
    return inner_->receive(receiver, deadline);
  }
  void wake() noexcept override { inner_->wake(); }
  void send(std::string_view message) override { inner_->send(message); }
  void close() noexcept override {
    inner_->close();
    server_.close();
  }
  End end() override { return inner_->end(); }
  [[nodiscard]] std::string stderr_tail() const override { return server_.stderr_tail(); }
  [[nodiscard]] std::optional<std::int64_t> process_id() const override {
    return server_.process_id();
  }

 private:
  RuntimeServer server_;
  const std::unique_ptr<Transport> inner_;
};

/// One for all clients of this program.
const testing::SshServer& sshd() {
  static const testing::SshServer server;
  return server;
}

/// As the server's clients on another machine reach it.
CodexConfig by_ssh(const RuntimeServer& server, const CodexConfig& config) {
  const std::string socket = server.endpoint().substr(std::string_view("unix://").size());
  return {.endpoint = sshd().endpoint(socket),
          .ssh_command = sshd().command(),
          .remote_codex = {config.codex_bin.value_or(RUNTIME_BIN)}};
}

TransportFactory serve(const CodexConfig& config) {
  if (wanted() == "ssh") (void)sshd();  // its start takes none of the client's time
  return [config]() -> std::unique_ptr<Transport> {
    RuntimeServerOptions options{.codex_bin = config.codex_bin,
                                 .config_overrides = config.config_overrides,
                                 .cwd = config.cwd,
                                 .env = config.env,
                                 .unset_env = config.unset_env,
                                 .startup_timeout = config.startup_timeout,
                                 .shutdown_timeout = config.shutdown_timeout};
    if (wanted() == "ws") options.listen = "ws://127.0.0.1:0";
    RuntimeServer server(std::move(options));
    const bool is_ssh = wanted() == "ssh";
    auto inner = attach_to_runtime(is_ssh ? by_ssh(server, config) : server.config())();
    return std::make_unique<Served>(std::move(server), std::move(inner));
  };
}

}  // namespace

TransportFactory reach_runtime(const CodexConfig& config) {
  if (config.transport) return config.transport;
  if (config.endpoint) return attach_to_runtime(config);
  // A login is taken for a runtime of the client's own alone.
  const bool is_served =
      !wanted().empty() && config.launch_args_override.empty() && !config.take_login;
  return is_served ? serve(config) : start_runtime(config);
}

}  // namespace codex::detail
