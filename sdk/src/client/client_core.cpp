#include "client/client_core.hpp"

#include <codex/errors.hpp>
#include <codex/version.hpp>

#include "client/handshake.hpp"
#include "client/platform_name.hpp"
#include "client/refusals.hpp"
#include "connection/await.hpp"
#include "transport/process.hpp"
#include "transport/runtime_locator.hpp"

namespace codex::detail {
namespace {

ProcessOptions process_options(const CodexConfig& config) {
  LaunchCommand command =
      locate_runtime(config, {std::string(sdk_version()), std::string(platform_name())});
  return {.argv = std::move(command.argv),
          .env = std::move(command.env),
          .cwd = config.cwd,
          .shutdown_timeout = config.shutdown_timeout};
}

Connection::TransportFactory transport_factory(const CodexConfig& config) {
  if (config.transport) return [source = config.transport] { return source->open(); };
  return [process = process_options(config)] { return start_process(process); };
}

std::string raw_call(Connection& connection, std::string_view method, std::string params,
                     TimePoint deadline, const std::stop_token& stop) {
  return await<std::string>([&](Completion<std::string> completion) {
    connection.start(
        {std::string(method), std::move(params), deadline, stop, std::move(completion)});
  });
}

}  // namespace

TimePoint deadline_of(const CodexConfig& config, const CallOptions& options) {
  return deadline_after(Clock::now(), options.timeout.value_or(config.request_timeout));
}

Client::Client(CodexConfig config) : config_(std::move(config)) {
  ConnectionOptions options;
  options.event_buffer_bytes = config_.event_buffer_bytes;
  options.wire_log = config_.wire_log;
  options.max_line_bytes = config_.max_message_bytes;
  options.on_server_request = [](Connection& connection, const ServerRequest& request) {
    if (const auto refusal = refusal_of(request.method)) {
      connection.respond(request.id, *refusal);
    } else {
      connection.respond_error(request.id, -32601, "the client does not answer " + request.method);
    }
  };
  connection_ = Connection::open(std::move(options), transport_factory(config_));
  try {
    shake_hands();
  } catch (...) {
    connection_->close();
    throw;
  }
}

Client::~Client() { close(); }

void Client::shake_hands() {
  const TimePoint deadline = deadline_after(Clock::now(), config_.startup_timeout);
  std::string result;
  try {
    result = raw_call(*connection_, "initialize", initialize_params(config_), deadline, {});
  } catch (const JsonRpcError& error) {
    throw CodexError(
        std::string("The program that was started did not accept initialize as a codex "
                    "app-server does: ") +
        error.what() + ". Check CodexConfig::codex_bin and launch_args_override.");
  }
  metadata_ = read_metadata(result, config_);
  connection_->notify("initialized");
}

std::string Client::call(std::string_view method, std::string params,
                         const CallOptions& options) const {
  return raw_call(*connection_, method, std::move(params), deadline_of(config_, options),
                  options.stop);
}

void Client::close() noexcept { connection_->close(); }

}  // namespace codex::detail
