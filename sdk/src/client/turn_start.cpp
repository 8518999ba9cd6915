#include "client/turn_start.hpp"

#include <optional>
#include <utility>

#include <codex/errors.hpp>

#include "client/call.hpp"
#include "client/next_event.hpp"
#include "client/params.hpp"
#include "client/start_tools.hpp"
#include "client/turn_control.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

std::optional<std::string> turn_id_of(const std::string& result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/turn/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) return std::nullopt;
  return json[path].get<std::string>();
}

/// Interrupts a turn that nobody waits for.
void interrupt_unwanted(const std::weak_ptr<Connection>& connection, const std::string& thread_id,
                        const std::string& turn_id) {
  control_turn(connection, thread_id, turn_id)
      ->interrupt({.deadline = Clock::now() + cleanup_timeout}, [](const Outcome<std::string>&) {});
}

/// Sends a request that starts a turn, and gives the turn's id. `on_late` gets the id of a turn
/// that begins after its caller has given up, and that nobody would know of otherwise.
Task<std::string> send_start(std::shared_ptr<Connection> connection, std::string method,
                             std::string params, CallTerms terms,
                             std::function<void(const std::string&)> on_late) {
  LateResult late_result = [on_late](const std::string& late) {
    if (const auto turn_id = turn_id_of(late)) on_late(*turn_id);
  };
  auto started =
      with_result("", call(connection, method, std::move(params), terms, std::move(late_result)));
  const std::string result = co_await started;
  const auto turn_id = turn_id_of(result);
  if (!turn_id) throw DecodeError("turn.id", "expected string", method);
  co_return *turn_id;
}

/// Waits until a review runs, and tells under which id: another one than its events bear, but for
/// turn/started.
Task<std::string> running_id_of(const Subscription& review, std::string turn_id, CallTerms terms) {
  Subscription events = review.fork();
  while (const auto event = co_await next_event(events, terms.deadline, terms.stop)) {
    if (event->method() == "turn/started") co_return std::string(event->turn_id());
  }
  co_return turn_id;
}

/// Throws when the coroutine was stopped while the answer came: whoever stops a start does not look
/// at what it gives. Reviews and goals wait for a first event, which looks for that as well.
Task<void> check_not_stopped(std::string turn_id) {
  const std::stop_token stop = co_await current_stop();
  if (!stop.stop_requested()) co_return;
  auto collected = std::make_shared<const TurnResult>(TurnResult{.id = std::move(turn_id)});
  throw CancelledError("turn/start was cancelled", std::move(collected));
}

}  // namespace

Task<StartedTurn> start_turn(std::shared_ptr<const Client> client, std::string thread_id,
                             RunInput input, TurnOptions options) {
  const TimePoint started = Clock::now();
  const std::shared_ptr<Connection> connection = client->shared_connection();
  client->input_check().cwd(options.cwd);
  InputCheck::effort(options.effort, client->metadata().runtime_version);
  client->input_check().items(input.said());
  std::string params = turn_start_params(thread_id, input, options);
  client->check(requests::TurnStart::method, params);
  PendingTurn pending = connection->router().expect_turn(thread_id);
  const auto end_unwanted = [weak = std::weak_ptr(connection), thread_id,
                             start = pending.start()](const std::string& turn_id) {
    const auto alive = weak.lock();
    // The input may have joined a turn that others are waiting for.
    if (!alive || alive->router().is_followed(turn_id, start)) return;
    interrupt_unwanted(weak, thread_id, turn_id);
  };
  auto start = send_start(connection, std::string(requests::TurnStart::method), std::move(params),
                          start_terms(options, client->config(), started), end_unwanted);
  const std::string turn_id = co_await start;
  AtExit unless_wanted([&] { end_unwanted(turn_id); });
  auto check = check_not_stopped(turn_id);
  co_await check;
  unless_wanted.cancel();
  Subscription events = std::move(pending).bind(turn_id);
  co_return follow(*connection, {thread_id, turn_id, control_turn(connection, thread_id, turn_id)},
                   limits_of(options, started), std::move(events));
}

Task<StartedTurn> start_review(std::shared_ptr<const Client> client, std::string thread_id,
                               protocol::ReviewTarget target, ReviewOptions options) {
  const TimePoint started = Clock::now();
  const CallTerms terms = start_terms(options, client->config(), started);
  const std::shared_ptr<Connection> connection = client->shared_connection();
  std::string params = review_start_params(thread_id, target, options);
  client->check(requests::ReviewStart::method, params);
  PendingTurn pending = connection->router().expect_review(thread_id);
  // No id: whatever runs there, and that is the review, as it suffers no other turn beside it.
  const auto end_unwanted = [weak = std::weak_ptr(connection), thread_id](const std::string&) {
    interrupt_unwanted(weak, thread_id, "");
  };
  auto start = send_start(connection, std::string(requests::ReviewStart::method), std::move(params),
                          terms, end_unwanted);
  const std::string turn_id = co_await start;
  Subscription events = std::move(pending).bind(turn_id);
  AtExit unless_it_runs([&] { end_unwanted(turn_id); });
  auto running = with_result(turn_id, running_id_of(events, turn_id, terms));
  const std::string running_id = co_await running;
  unless_it_runs.cancel();
  co_return follow(*connection,
                   {thread_id, turn_id, control_turn(connection, thread_id, running_id)},
                   limits_of(options, started), std::move(events));
}

}  // namespace codex::detail
