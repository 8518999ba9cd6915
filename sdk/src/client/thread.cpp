#include <codex/errors.hpp>
#include <codex/thread.hpp>

#include "client/client_core.hpp"
#include "client/params.hpp"
#include "client/turn_handle.hpp"

namespace codex {
namespace {

std::string turn_id_of(std::string_view method, std::string_view result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/turn/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) {
    throw DecodeError("turn.id", "expected string", std::string(method));
  }
  return json[path].get<std::string>();
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

TurnHandle Thread::turn(const Input& input, const TurnOptions& options) const {
  constexpr std::string_view method = protocol::requests::TurnStart::method;
  const auto started = detail::Clock::now();
  std::string params = detail::turn_start_params(id_, input, options);
  auto pending = client_->connection().router().expect_turn(id_);
  const std::string result =
      client_->call(method, std::move(params), start_options(options, client_->config()));
  const std::string turn_id = turn_id_of(method, result);
  detail::Subscription events = std::move(pending).bind(turn_id);
  detail::Subscription place = events.fork();
  auto state = std::make_shared<detail::TurnState>(client_, id_, turn_id, options, started,
                                                   std::move(events));
  return TurnHandle(
      std::make_unique<TurnHandle::Impl>(TurnHandle::Impl{std::move(state), std::move(place)}));
}

TurnResult Thread::run(const Input& input, const TurnOptions& options) const {
  return turn(input, options).run();
}

}  // namespace codex
