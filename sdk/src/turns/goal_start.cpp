#include <algorithm>
#include <utility>

#include <codex/errors.hpp>

#include "connection/next_event.hpp"
#include "session/call.hpp"
#include "session/params.hpp"
#include "text/ascii.hpp"
#include "turns/start_terms.hpp"
#include "turns/turn_control.hpp"
#include "turns/turn_start.hpp"
#include "wire/peek.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

constexpr std::chrono::seconds goal_start_timeout{30};

std::string checked_objective(std::string_view text) {
  constexpr std::ptrdiff_t longest = 4000;
  std::string objective(trimmed(text));
  if (objective.empty()) throw CodexError("goal objective must not be empty");
  const auto starts_character = [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  };
  if (std::count_if(objective.begin(), objective.end(), starts_character) > longest) {
    throw CodexError("goal objective must be at most 4000 characters");
  }
  return objective;
}

/// Only an idle thread whose history is kept can pursue a goal.
Task<void> check_thread(std::shared_ptr<Connection> connection, std::string thread_id,
                        CallTerms terms) {
  auto read = call(connection, std::string(requests::ThreadRead::method),
                   protocol::encode(protocol::ThreadReadParams{.thread_id = thread_id}), terms);
  const std::string result = co_await read;
  const Peek thread = Peek(result)["thread"];
  const auto refuse = [&](const std::string& what) {
    throw InvalidRequestError(-32600,
                              "thread must be " + what + " before starting a goal: " + thread_id);
  };
  if (!thread["status"]["type"].is("idle")) refuse("idle");
  if (thread["ephemeral"].raw() == "true" || !thread["path"].is_string()) refuse("persisted");
}

/// Waits for the first turn of a goal.
Task<std::string> first_turn_of(const Subscription& place, std::string thread_id, CallTerms terms) {
  Subscription events = place.fork();
  const TimePoint deadline = std::min(terms.deadline, Clock::now() + goal_start_timeout);
  const auto event = co_await next_event(events, deadline, terms.stop);
  if (event) co_return std::string(event->turn_id());
  throw CodexError("The goal of thread " + thread_id + " ended before its first turn.");
}

/// Ends a goal whose first turn nobody waits for any more, within a reasonable time.
Task<void> end_unwanted(std::shared_ptr<TurnControl> control, std::shared_ptr<GoalRelay> goal) {
  const auto interrupt = [&](Completion<std::string> completion, const std::stop_token&) {
    control->interrupt({.deadline = Clock::now() + TurnLimits{}.grace}, std::move(completion));
  };
  OperationTerms<std::string> terms{.heeds_context = false};  // which may have been stopped
  try {
    co_await operation<std::string>(interrupt, std::move(terms));
  } catch (const CodexError&) {  // the runtime does not answer, or is gone
  }
  goal->abandon();
}

/// Sets the goal and gives its first turn; ends it where that does not come.
Task<std::string> set_goal(std::shared_ptr<Connection> connection,
                           std::shared_ptr<TurnControl> control, std::shared_ptr<GoalRelay> goal,
                           const Subscription& events, std::string params, CallTerms terms) {
  AtExit unless_it_runs([control] {  // or is dropped
    control->interrupt({.deadline = Clock::now() + cleanup_timeout},
                       [](const Outcome<std::string>&) {});
  });
  std::exception_ptr cancelled;
  auto set =
      call(connection, std::string(requests::ThreadGoalSet::method), std::move(params), terms);
  try {
    co_await set;
    auto first = first_turn_of(events, goal->thread_id(), terms);
    std::string turn_id = co_await first;
    unless_it_runs.cancel();
    co_return turn_id;
  } catch (const JsonRpcError&) {
    unless_it_runs.cancel();  // the runtime has no such goal
    throw;
  } catch (const TimeoutError& error) {
    unless_it_runs.cancel();
    if (!error.was_sent()) throw;
    cancelled = std::current_exception();
  } catch (const CancelledError& error) {
    unless_it_runs.cancel();
    if (!error.was_sent()) throw;
    cancelled = std::current_exception();
  }
  auto end = end_unwanted(control, goal);
  co_await end;
  std::rethrow_exception(cancelled);
}

}  // namespace

Task<StartedTurn> start_goal(std::shared_ptr<const Client> client, std::string thread_id,
                             std::string objective, GoalOptions options) {
  const TimePoint started = Clock::now();
  const CallTerms terms = start_terms(options, client->config(), started);
  const std::shared_ptr<Connection> connection = client->shared_connection();
  std::string params = goal_set_params(thread_id, checked_objective(objective), options);
  client->check(requests::ThreadGoalSet::method, params);
  const auto goal = connection->router().expect_goal(thread_id);
  auto check = check_thread(connection, thread_id, terms);
  co_await check;  // from here on no turn of ours can begin on it
  const auto control = control_goal(connection, goal);
  Subscription events(goal->events());
  const protocol::ThreadGoalClearParams older{.thread_id = thread_id};
  auto clear = call(connection, std::string(requests::ThreadGoalClear::method),
                    protocol::encode(older), terms);
  co_await clear;
  goal->accept();
  auto set = with_result("", set_goal(connection, control, goal, events, std::move(params), terms));
  const std::string turn_id = co_await set;
  co_return follow(*client, {thread_id, turn_id, control}, limits_of(options, started),
                   std::move(events));
}

}  // namespace codex::detail
