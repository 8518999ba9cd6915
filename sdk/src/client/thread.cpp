#include <codex/errors.hpp>
#include <codex/thread.hpp>

#include "client/client_core.hpp"
#include "client/params.hpp"
#include "client/turn_handle.hpp"
#include "connection/await.hpp"

namespace codex {
namespace {

using protocol::requests::TurnInterrupt;
using protocol::requests::TurnStart;

std::optional<std::string> turn_id_of(const std::string& result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/turn/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) return std::nullopt;
  return json[path].get<std::string>();
}

/// Ends a turn that began after its caller had given up, and that nobody would know of.
void end_unwanted_turn(detail::Connection& connection, const std::string& thread_id,
                       const std::string& result) {
  const auto turn_id = turn_id_of(result);
  if (!turn_id) return;
  connection.start({.method = std::string(TurnInterrupt::method),
                    .params = protocol::encode(
                        protocol::TurnInterruptParams{.thread_id = thread_id, .turn_id = *turn_id}),
                    .deadline = detail::Clock::now() + std::chrono::seconds{30},
                    .completion = [](const detail::Outcome<std::string>&) {}});
}

/// Sends turn/start and waits for the id of the turn.
std::string start(const detail::Client& client, const std::string& thread_id, std::string params,
                  const CallOptions& options) {
  const auto connection = client.shared_connection();
  const std::string result =
      detail::await<std::string>([&](detail::Completion<std::string> completion) {
        connection->start({.method = std::string(TurnStart::method),
                           .params = std::move(params),
                           .deadline = detail::deadline_of(client.config(), options),
                           .stop = options.stop,
                           .completion = std::move(completion),
                           .on_late_result = [weak = std::weak_ptr(connection),
                                              thread_id](const std::string& late) {
                             if (const auto alive = weak.lock())
                               end_unwanted_turn(*alive, thread_id, late);
                           }});
      });
  const auto turn_id = turn_id_of(result);
  if (!turn_id) throw DecodeError("turn.id", "expected string", std::string(TurnStart::method));
  return *turn_id;
}

/// As `start`; where time runs out after the request was sent, the error carries a result, as it
/// does for every turn.
std::string start_in_time(const detail::Client& client, const std::string& thread_id,
                          std::string params, const CallOptions& options) {
  try {
    return start(client, thread_id, std::move(params), options);
  } catch (const TimeoutError& error) {
    if (!error.was_sent()) throw;
    throw TimeoutError(error.what(), std::make_shared<const TurnResult>());
  } catch (const CancelledError& error) {
    if (!error.was_sent()) throw;
    throw CancelledError(error.what(), std::make_shared<const TurnResult>());
  }
}

/// The start itself has the time of a request, and no more than the whole turn.
CallOptions start_options(const TurnOptions& options, const CodexConfig& config) {
  return {
      .timeout = std::min(options.timeout.value_or(config.request_timeout), config.request_timeout),
      .stop = options.stop};
}

}  // namespace

Thread::Thread(std::shared_ptr<detail::Client> client, std::string id)
    : client_(std::move(client)), id_(std::move(id)) {}

TurnHandle Thread::turn(const RunInput& input, const TurnOptions& options) const {
  const auto started = detail::Clock::now();
  std::string params = detail::turn_start_params(id_, input, options);
  client_->check(TurnStart::method, params);
  auto pending = client_->connection().router().expect_turn(id_);
  const std::string turn_id =
      start_in_time(*client_, id_, std::move(params), start_options(options, client_->config()));
  detail::Subscription events = std::move(pending).bind(turn_id);
  detail::Subscription place = events.fork();
  auto state = std::make_shared<detail::TurnState>(client_, id_, turn_id, options, started,
                                                   std::move(events));
  return TurnHandle(
      std::make_unique<TurnHandle::Impl>(TurnHandle::Impl{std::move(state), std::move(place)}));
}

TurnResult Thread::run(const RunInput& input, const TurnOptions& options) const {
  return turn(input, options).run();
}

protocol::ThreadReadResponse Thread::read(const ThreadReadOptions& options) const {
  return client_->call<protocol::requests::ThreadRead>(
      {.thread_id = id_, .include_turns = options.include_turns}, options);
}

protocol::ThreadSetNameResponse Thread::set_name(const std::string& name,
                                                 const CallOptions& options) const {
  return client_->call<protocol::requests::ThreadNameSet>({.name = name, .thread_id = id_},
                                                          options);
}

protocol::ThreadCompactStartResponse Thread::compact(const CallOptions& options) const {
  return client_->call<protocol::requests::ThreadCompactStart>({.thread_id = id_}, options);
}

}  // namespace codex
