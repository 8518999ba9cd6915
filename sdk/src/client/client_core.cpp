#include "client/client_core.hpp"

#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>

#include "client/call.hpp"
#include "client/handshake.hpp"
#include "client/params.hpp"
#include "client/platform_name.hpp"
#include "paths/installation.hpp"
#include "transport/process.hpp"
#include "transport/runtime_locator.hpp"

namespace codex::detail {
namespace {

ProcessOptions process_options(const CodexConfig& config) {
  LaunchCommand command = locate_runtime(config, {.version = std::string(protocol::runtime_version),
                                                  .platform = std::string(platform_name()),
                                                  .installed_in = installed_runtimes().string()});
  return {.argv = std::move(command.argv),
          .env = std::move(command.env),
          .cwd = config.cwd,
          .shutdown_timeout = config.shutdown_timeout};
}

Connection::TransportFactory transport_factory(const CodexConfig& config) {
  if (config.transport) return [source = config.transport] { return source->open(); };
  return [process = process_options(config)] { return start_process(process); };
}

}  // namespace

TimePoint deadline_of(const CodexConfig& config, const CallOptions& options) {
  return deadline_after(Clock::now(), options.timeout.value_or(config.request_timeout));
}

std::shared_ptr<Client> Client::start(CodexConfig config) {
  const std::shared_ptr<Client> client(new Client(std::move(config)));
  client->dispatcher_->attach(client->connection_, client);
  client->shake_hands();
  return client;
}

Client::Client(CodexConfig config)
    : config_(std::move(config)),
      dispatcher_(std::make_shared<Dispatcher>(config_.handlers, config_.handler_timeout)) {
  ConnectionOptions options;
  options.event_buffer_bytes = config_.event_buffer_bytes;
  options.wire_log = config_.wire_log;
  options.max_line_bytes = config_.max_message_bytes;
  options.on_server_request = [dispatcher = dispatcher_](Connection& connection,
                                                         ServerRequest request) {
    dispatcher->take(connection, std::move(request));
  };
  options.on_notification = [dispatcher =
                                 dispatcher_](const std::shared_ptr<const Message>& notification) {
    dispatcher->see(notification);
  };
  options.on_end = [dispatcher = dispatcher_] { dispatcher->end(); };
  connection_ = Connection::open(std::move(options), transport_factory(config_));
}

Client::~Client() { close(); }

void Client::shake_hands() {
  const TimePoint deadline = deadline_after(Clock::now(), config_.startup_timeout);
  std::string result;
  try {
    result = detail::call(*connection_, "initialize", initialize_params(config_),
                          {.deadline = deadline});
  } catch (const JsonRpcError& error) {
    throw CodexError(
        std::string("The program that was started did not accept initialize as a codex "
                    "app-server does: ") +
        error.what() + ". Check CodexConfig::codex_bin and launch_args_override.");
  }
  Greeting greeting = read_greeting(result, config_);
  metadata_ = std::move(greeting.metadata);
  gate_ = FeatureGate(config_.experimental_api, greeting.version);
  connection_->notify("initialized");
}

std::string Client::call(std::string_view method, std::string params,
                         const CallOptions& options) const {
  params = with_extra(std::move(params), options.extra_params);
  check(method, params);
  return detail::call(*connection_, method, std::move(params),
                      {.deadline = deadline_of(config_, options), .stop = options.stop});
}

void Client::check(std::string_view method, std::string_view params) const {
  gate_.check(method, params);
}

void Client::close() noexcept {
  dispatcher_->stop();
  connection_->close();
  // Handlers may wait for what only the I/O thread brings.
  dispatcher_->finish(connection_->is_io_thread() ? std::chrono::milliseconds::zero()
                                                  : config_.shutdown_timeout);
}

}  // namespace codex::detail
