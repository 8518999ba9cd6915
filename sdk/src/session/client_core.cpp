#include "session/client_core.hpp"

#include <algorithm>
#include <limits>

#include <codex/decode_named.hpp>
#include <codex/errors.hpp>
#include <codex/protocol/registry.hpp>

#include "mask/describe_output.hpp"
#include "os/environment_variable.hpp"
#include "session/call.hpp"
#include "session/command_environment.hpp"
#include "session/handshake.hpp"
#include "session/params.hpp"
#include "session/reach_runtime.hpp"

namespace codex::detail {
namespace {

CodexConfig with_home(CodexConfig config) {
  if (!config.home) return config;
  std::erase_if(config.env,
                [](const auto& entry) { return are_same_variable(entry.first, "CODEX_HOME"); });
  config.env["CODEX_HOME"] = *config.home;
  return config;
}

std::string what_to_check(const CodexConfig& config) {
  if (config.endpoint) return "Check CodexConfig::endpoint";
  return "Check CodexConfig::codex_bin and launch_args_override";
}

/// With the default of `max_attempts` in its place.
Reconnect reconnect_terms(const CodexConfig& config) {
  Reconnect terms = config.reconnect;
  const int otherwise = config.endpoint ? std::numeric_limits<int>::max() : 0;
  terms.max_attempts = terms.max_attempts.value_or(otherwise);
  return terms;
}

/// Whether the runtime sends everything that `AgentReach` needs.
bool hears_of_agents(const CodexConfig& config) {
  return std::ranges::none_of(config.opt_out_notification_methods, [](const auto& method) {
    return method == "thread/settings/updated" || method == "item/started" ||
           method == "item/completed";
  });
}

}  // namespace

TimePoint deadline_of(const CodexConfig& config, const CallOptions& options) {
  InputCheck::no_null(options.timeout, "timeout");
  return deadline_after(Clock::now(), options.timeout.value_or(config.request_timeout));
}

Task<std::shared_ptr<Client>> Client::start(CodexConfig config,
                                            std::shared_ptr<const Executor> executor) {
  InputCheck::config(config);
  const TimePoint deadline = deadline_after(Clock::now(), config.startup_timeout);
  const std::shared_ptr<Client> client = share_at_home(new Client(std::move(config)));
  TransportFactory factory = reach_runtime(client->config_);
  const Reconnect terms = reconnect_terms(client->config_);
  if (*terms.max_attempts > 0) {
    client->recovery_ = client->make_recovery();
    factory = client->recovery_->over(std::move(factory), terms);
  }
  client->connection_ =
      co_await Connection::start_one(client->connection_options(), std::move(factory));
  client->dispatcher_->attach(client->connection_, client, std::move(executor));
  co_await client->shake_hands(deadline);
  if (client->recovery_) client->recovery_->begin(*client->connection_);
  co_return client;
}

Client::Client(CodexConfig config)
    : config_(with_home(std::move(config))),
      input_check_(config_),
      dispatcher_(std::make_shared<Dispatcher>(
          config_.handlers, config_.handler_timeout,
          std::make_shared<AgentReach>(command_environment(config_), hears_of_agents(config_)),
          config_.unhandled.value_or(config_.endpoint ? Unhandled::leave : Unhandled::refuse))) {}

ConnectionOptions Client::connection_options() const {
  ConnectionOptions options;
  options.event_buffer_bytes = config_.event_buffer_bytes;
  options.is_attached = config_.endpoint.has_value();
  options.window.retries_overload = options.is_attached;  // other clients may crowd it
  options.wire_log = config_.wire_log;
  options.max_message_bytes = config_.max_message_bytes;
  options.on_server_request = [dispatcher = dispatcher_](Connection& connection,
                                                         ServerRequest request) {
    dispatcher->take(connection, std::move(request));
  };
  options.on_notification = [dispatcher =
                                 dispatcher_](const std::shared_ptr<const Message>& notification) {
    dispatcher->see(notification);
  };
  options.on_end = [dispatcher = dispatcher_](const std::optional<Failure>& failure) {
    dispatcher->end();
    if (failure) dispatcher->tell(ConnectionState::gone, failure);
  };
  if (!recovery_) return options;
  options.gate = [recovery = recovery_](const std::shared_ptr<const Message>& message) {
    return recovery->admit(message);
  };
  options.ticket_of = [recovery = recovery_](std::string_view id) {
    return recovery->asked().ticket_of(id);
  };
  options.answer = [recovery = recovery_](std::uint64_t ticket, std::string_view kept,
                                          const std::function<void()>& send) {
    recovery->asked().answer(ticket, kept, send);
  };
  options.window.survives_cuts = true;
  options.window.on_result = [recovery = recovery_](const SentRequest& request,
                                                    std::string_view result) {
    recovery->note_result(request, result);
  };
  return options;
}

std::shared_ptr<Recovery> Client::make_recovery() {
  RecoveryOptions options{.initialize_params = initialize_params(config_),
                          .left_out = {config_.opt_out_notification_methods.begin(),
                                       config_.opt_out_notification_methods.end()},
                          .handshake_timeout = config_.startup_timeout,
                          .max_held_bytes = config_.event_buffer_bytes,
                          .is_own_process = !config_.endpoint && !config_.transport};
  const auto weak = weak_from_this();
  options.check_greeting = [weak](std::string_view result) {
    if (const auto self = weak.lock()) self->check_same_runtime(result);
  };
  options.resume_params = [weak](const std::string& thread_id) {
    ThreadResumeOptions resume;
    if (const auto self = weak.lock()) leave_out_turns(self->gate(), resume);
    return thread_resume_params(thread_id, resume);
  };
  options.on_cut = [dispatcher = dispatcher_](const Failure& failure) {
    dispatcher->note_cut();
    dispatcher->tell(ConnectionState::lost, failure);
  };
  options.on_restored = [dispatcher = dispatcher_] { dispatcher->tell(ConnectionState::restored); };
  options.on_resumed = [dispatcher = dispatcher_](const std::string&, std::string_view result) {
    dispatcher->reach().note_response(protocol::requests::ThreadResume::method, result);
  };
  options.on_asked_again = [dispatcher = dispatcher_](const std::string& thread_id) {
    dispatcher->note_asked_again(thread_id);
  };
  options.on_turn_lost = [dispatcher = dispatcher_](const std::string& turn_id) {
    dispatcher->end_turn(turn_id);
  };
  return std::make_shared<Recovery>(std::move(options));
}

/// What the client was told when it started must still hold.
void Client::check_same_runtime(std::string_view greeting) const {
  const Metadata now = read_greeting(greeting, config_).metadata;
  if (now.runtime_version != metadata_.runtime_version) {
    throw CodexError("it is version " + now.runtime_version + " and was " +
                     metadata_.runtime_version);
  }
  if (now.codex_home != metadata_.codex_home) throw CodexError("it has another CODEX_HOME");
}

Client::~Client() { close(false); }

Task<void> Client::shake_hands(TimePoint deadline) {
  CallTerms terms{.deadline = deadline};
  auto greeted =
      detail::call(connection_, "initialize", initialize_params(config_), std::move(terms));
  std::string result;
  try {
    result = co_await greeted;
  } catch (const TimeoutError& error) {
    std::string stderr_tail = connection_->stderr_tail();
    const std::string what = std::string(error.what()) + " (CodexConfig::startup_timeout). " +
                             what_to_check(config_) + ", or allow more time." +
                             describe_output(connection_->stray_output(), stderr_tail);
    throw TimeoutError(what, error.was_sent(), std::move(stderr_tail));
  } catch (const JsonRpcError& error) {
    throw CodexError(std::string("What was reached did not accept initialize as a codex "
                                 "app-server does: ") +
                     error.what() + ". " + what_to_check(config_) + ".");
  }
  Greeting greeting = read_greeting(result, config_);
  metadata_ = std::move(greeting.metadata);
  gate_ = FeatureGate(config_.experimental_api, greeting.version);
  dispatcher_->speak_to(gate_.support());
  dispatcher_->tell_of_end(config_.on_connection);
  connection_->notify("initialized");
}

Task<std::string> Client::call(std::string_view method, std::string params,
                               CallOptions options) const {
  return call_on(shared_from_this(), std::string(method), std::move(params), std::move(options));
}

Task<std::string> Client::call_on(std::shared_ptr<const Client> self, std::string method,
                                  std::string params, CallOptions options) {
  params = with_extra(std::move(params), options.extra_params);
  self->check(method, params);
  // A fork does not change the thread that it names.
  if (method != protocol::requests::ThreadFork::method) self->note_request(params);
  CallTerms terms{.deadline = deadline_of(self->config_, options), .stop = options.stop};
  auto call = detail::call(self->connection_, method, std::move(params), std::move(terms));
  std::string result = co_await call;
  self->dispatcher_->reach().note_response(method, result);
  co_return result;
}

Task<Json> call_untyped(std::shared_ptr<const Client> client, std::string method, Json params,
                        CallOptions options) {
  const std::string text =
      params.is_null() ? std::string() : text_of(params, "The params of " + method);
  auto call = client->call(method, text, std::move(options));
  const std::string result = co_await call;
  co_return decode_named<Json>(method, result);
}

void Client::check(std::string_view method, std::string_view params) const {
  owner_.check();
  gate_.check(method, params);
}

void Client::close(bool and_coroutines) noexcept {
  if (!owner_.is_this()) return;
  dispatcher_->stop();
  if (!connection_) return;  // it could not be started
  connection_->close();
  // Handlers may wait for messages that only the I/O thread delivers.
  dispatcher_->finish(
      connection_->is_io_thread() ? std::chrono::milliseconds::zero() : config_.shutdown_timeout,
      and_coroutines);
}

}  // namespace codex::detail
