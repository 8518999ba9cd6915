#include "session/runtime_transports.hpp"

#include <string>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>

#include "os/utf8_path.hpp"
#include "runtime/codex_home.hpp"
#include "runtime/endpoint.hpp"
#include "runtime/installation.hpp"
#include "runtime/platform_name.hpp"
#include "runtime/runtime_locator.hpp"
#include "runtime/taken_login.hpp"
#include "session/bearer_token.hpp"
#include "transport/line_transport.hpp"
#include "transport/process.hpp"
#include "transport/websocket.hpp"

namespace codex::detail {
namespace {

ProcessOptions process_options(const CodexConfig& config) {
  LaunchCommand command =
      locate_runtime(config, {.version = std::string(protocol::runtime_version),
                              .platform = std::string(platform_name()),
                              .installed_in = utf8_from_path(installed_runtimes())});
  // The app's own command line may start a runtime elsewhere.
  if (config.launch_args_override.empty()) {
    make_codex_home({.set = config.env, .unset = config.unset_env}, config.cwd);
    if (config.take_login) take_login(*config.home);
  }
  return {.argv = std::move(command.argv),
          .env = std::move(command.env),
          .unset_env = config.unset_env,
          .cwd = config.cwd,
          .shutdown_timeout = config.shutdown_timeout};
}

}  // namespace

TransportFactory start_runtime(const CodexConfig& config) {
  return [process = process_options(config)] { return over_lines(start_process(process)); };
}

TransportFactory attach_to_runtime(const CodexConfig& config) {
  WebSocketOptions options{
      .endpoint = parse_endpoint(*config.endpoint, {.set = config.env, .unset = config.unset_env}),
      .bearer_token = bearer_token(config),
      .ca_file = config.ca_file,
      .ssh = {.here = config.ssh_command,
              .there = config.remote_codex,
              .env = config.env,
              .unset_env = config.unset_env},
      .silence = config.reconnect.ping_interval};
  if (options.endpoint.kind == Endpoint::Kind::ssh && !options.bearer_token.empty()) {
    throw CodexError(
        "CodexConfig::bearer_token is for ws:// and wss://; at ssh:// the login is ssh's. Leave it "
        "out.");
  }
  return [options = std::move(options), config] {
    WebSocketOptions now = options;
    now.bearer_token = bearer_token(config);  // which may have changed in its file
    now.deadline = deadline_after(Clock::now(), config.startup_timeout);
    return connect_websocket(now);
  };
}

}  // namespace codex::detail
