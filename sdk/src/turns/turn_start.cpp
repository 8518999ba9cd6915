#include "turns/turn_start.hpp"

#include <atomic>
#include <optional>
#include <utility>

#include <codex/errors.hpp>

#include "connection/next_event.hpp"
#include "os/random_name.hpp"
#include "session/call.hpp"
#include "session/params.hpp"
#include "turns/start_terms.hpp"
#include "turns/turn_control.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

std::optional<std::string> turn_id_of(const std::string& result) {
  const Peek id = Peek(result)["turn"]["id"];
  if (!id.is_string()) return std::nullopt;
  std::string text = id.text();
  return text.size() <= max_id_bytes ? std::optional(std::move(text)) : std::nullopt;
}

/// Names the message, so that its turn is found again if the connection is cut before the answer.
std::string with_message_id(const Client& client, std::string params) {
  constexpr std::string_view member = "clientUserMessageId";
  const bool is_known = client.gate().supports(requests::TurnStart::method, member);
  if (!client.reconnects() || !is_known || Peek(params)[member]) return params;
  return with_value(params, {member}, protocol::encode(random_name()));
}

/// Ends the turn that a start begins when its caller is gone. It may have joined a turn that others
/// follow: then it is theirs.
std::function<void()> end_of_unwanted(const std::shared_ptr<Connection>& connection,
                                      const std::string& thread_id, PendingTurn::Start start) {
  return [weak = std::weak_ptr(connection), thread_id, start = std::move(start)] {
    const auto alive = weak.lock();
    if (!alive) return;
    alive->router().unless_in_use(thread_id, start, [&] { interrupt_thread(*alive, thread_id); });
  };
}

/// Sends a request that starts a turn, and gives the turn's id. Where the caller cancels that, or
/// drops it, calls `end_unwanted` at once, before anything else can start on the thread. A request
/// that was dropped may still have to wait for its place: then once more when it is answered.
Task<std::string> send_start(std::shared_ptr<Connection> connection, std::string method,
                             std::string params, CallTerms terms,
                             std::function<void()> end_unwanted) {
  const auto is_done = std::make_shared<std::atomic<bool>>(false);
  AtExit unless_wanted([is_done, end_unwanted] {
    if (!*is_done) end_unwanted();
  });
  LateResult late_result = [is_done, end_unwanted](const std::string&) {
    if (!is_done->exchange(true)) end_unwanted();
  };
  auto started =
      with_result("", call(connection, method, std::move(params), terms, std::move(late_result)));
  const auto give_up = [&](bool was_sent) {
    if (was_sent) end_unwanted();
    *is_done = true;
  };
  try {
    const std::string result = co_await started;
    const auto turn_id = turn_id_of(result);
    if (!turn_id) throw DecodeError("turn.id", "expected string, not too long", method);
    unless_wanted.cancel();
    co_return *turn_id;
  } catch (const JsonRpcError&) {
    give_up(false);
    throw;
  } catch (const TimeoutError& error) {
    give_up(error.was_sent());
    throw;
  } catch (const CancelledError& error) {
    give_up(error.was_sent());
    throw;
  }
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
  params = with_message_id(*client, std::move(params));
  client->check(requests::TurnStart::method, params);
  client->note_request(params);
  PendingTurn pending = connection->router().expect_turn(thread_id);
  const auto end_unwanted = end_of_unwanted(connection, thread_id, pending.start());
  auto start = send_start(connection, std::string(requests::TurnStart::method), std::move(params),
                          start_terms(options, client->config(), started), end_unwanted);
  const std::string turn_id = co_await start;
  AtExit unless_wanted(end_unwanted);
  auto check = check_not_stopped(turn_id);
  co_await check;
  unless_wanted.cancel();
  Subscription events = std::move(pending).bind(turn_id);
  auto control = control_turn(connection, thread_id, turn_id, events.log());
  co_return follow(*client, {thread_id, turn_id, std::move(control)}, limits_of(options, started),
                   std::move(events));
}

Task<StartedTurn> start_review(std::shared_ptr<const Client> client, std::string thread_id,
                               protocol::ReviewTarget target, ReviewOptions options) {
  const TimePoint started = Clock::now();
  const CallTerms terms = start_terms(options, client->config(), started);
  const std::shared_ptr<Connection> connection = client->shared_connection();
  std::string params = review_start_params(thread_id, target, options);
  client->check(requests::ReviewStart::method, params);
  client->note_request(params);
  PendingTurn pending = connection->router().expect_review(thread_id);
  const auto end_unwanted = end_of_unwanted(connection, thread_id, pending.start());
  auto start = send_start(connection, std::string(requests::ReviewStart::method), std::move(params),
                          terms, end_unwanted);
  const std::string turn_id = co_await start;
  Subscription events = std::move(pending).bind(turn_id);
  AtExit unless_it_runs(end_unwanted);
  auto running = with_result(turn_id, running_id_of(events, turn_id, terms));
  const std::string running_id = co_await running;
  unless_it_runs.cancel();
  auto control = control_turn(connection, thread_id, running_id, events.log());
  co_return follow(*client, {thread_id, turn_id, std::move(control)}, limits_of(options, started),
                   std::move(events));
}

}  // namespace codex::detail
