#include "client/turn_start.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <codex/errors.hpp>

#include "client/call.hpp"
#include "client/params.hpp"
#include "client/turn_control.hpp"

namespace codex::detail {
namespace {

using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
using std::chrono::milliseconds;

constexpr milliseconds goal_start_timeout = 30s;
constexpr milliseconds cleanup_timeout = 30s;

std::optional<std::string> turn_id_of(const std::string& result) {
  const Json json = Json::parse(result, nullptr, false);
  const Json::json_pointer path("/turn/id");
  if (!json.is_object() || !json.contains(path) || !json[path].is_string()) return std::nullopt;
  return json[path].get<std::string>();
}

/// The start itself has the time of a request, and no more than the whole turn.
template <class Options>
Bounds start_bounds(const Options& options, const CodexConfig& config, TimePoint started) {
  const milliseconds time = config.request_timeout;
  return {.deadline = deadline_after(started, std::min(options.timeout.value_or(time), time)),
          .stop = options.stop};
}

template <class Options>
TurnLimits limits_of(const Options& options, TimePoint started) {
  return {
      .deadline = options.timeout ? deadline_after(started, *options.timeout) : TimePoint::max(),
      .inactivity = options.inactivity_timeout,
      .stop = options.stop};
}

/// Where time runs out after a turn's request was sent, the error carries a result, as it does for
/// every turn.
template <class Start>
auto with_result(const std::string& turn_id, Start&& start) {
  const auto nothing = [&] {
    return std::make_shared<const TurnResult>(TurnResult{.id = turn_id});
  };
  try {
    return start();
  } catch (const TimeoutError& error) {
    if (!error.was_sent()) throw;
    throw TimeoutError(error.what(), nothing());
  } catch (const CancelledError& error) {
    if (!error.was_sent()) throw;
    throw CancelledError(error.what(), nothing());
  }
}

/// Interrupts a turn that nobody waits for.
void interrupt_unwanted(const std::weak_ptr<Connection>& connection, const std::string& thread_id,
                        const std::string& turn_id) {
  control_turn(connection, thread_id, turn_id)
      ->interrupt({.deadline = Clock::now() + cleanup_timeout}, [](const Outcome<std::string>&) {});
}

/// Sends a request that starts a turn, and waits for the turn's id. `on_late` gets the id of a turn
/// that begins after its caller has given up, and that nobody would know of otherwise.
std::string send_start(Connection& connection, std::string_view method, std::string params,
                       const Bounds& bounds, std::function<void(const std::string&)> on_late) {
  return with_result("", [&] {
    const std::string result = call(connection, method, std::move(params), bounds,
                                    [on_late = std::move(on_late)](const std::string& late) {
                                      if (const auto turn_id = turn_id_of(late)) on_late(*turn_id);
                                    });
    const auto turn_id = turn_id_of(result);
    if (!turn_id) throw DecodeError("turn.id", "expected string", std::string(method));
    return *turn_id;
  });
}

StartedTurn follow(const Connection& connection, TurnState::Turn turn, TurnLimits limits,
                   Subscription events) {
  auto state = TurnState::follow(std::move(turn), std::move(limits), connection.timers(), events);
  return {std::move(state), std::move(events)};
}

/// Waits until a review runs, and tells under which id: another one than its events bear, but for
/// turn/started.
std::string running_id_of(const Subscription& review, const std::string& turn_id,
                          const Bounds& bounds) {
  Subscription events = review.fork();
  while (const auto event = events.next_blocking(bounds.deadline, bounds.stop)) {
    if (event->method() == "turn/started") return std::string(event->turn_id());
  }
  return turn_id;
}

}  // namespace

StartedTurn start_turn(const Client& client, const std::string& thread_id, const Input& input,
                       const TurnOptions& options) {
  const TimePoint started = Clock::now();
  const std::shared_ptr<Connection> connection = client.shared_connection();
  std::string params = turn_start_params(thread_id, input, options);
  PendingTurn pending = connection->router().expect_turn(thread_id);
  const auto end_unwanted = [weak = std::weak_ptr(connection),
                             thread_id](const std::string& turn_id) {
    const auto alive = weak.lock();
    // The input may have joined a turn that others are waiting for.
    if (!alive || alive->router().is_followed(turn_id)) return;
    interrupt_unwanted(weak, thread_id, turn_id);
  };
  const std::string turn_id =
      send_start(*connection, requests::TurnStart::method, std::move(params),
                 start_bounds(options, client.config(), started), end_unwanted);
  Subscription events = std::move(pending).bind(turn_id);
  return follow(*connection, {thread_id, turn_id, control_turn(connection, thread_id, turn_id)},
                limits_of(options, started), std::move(events));
}

StartedTurn start_review(const Client& client, const std::string& thread_id,
                         const protocol::ReviewTarget& target, const ReviewOptions& options) {
  const TimePoint started = Clock::now();
  const Bounds bounds = start_bounds(options, client.config(), started);
  const std::shared_ptr<Connection> connection = client.shared_connection();
  std::string params = review_start_params(thread_id, target, options);
  PendingTurn pending = connection->router().expect_review(thread_id);
  // No id: whatever runs there, and that is the review, as it suffers no other turn beside it.
  const auto end_unwanted = [weak = std::weak_ptr(connection), thread_id](const std::string&) {
    interrupt_unwanted(weak, thread_id, "");
  };
  const std::string turn_id = send_start(*connection, requests::ReviewStart::method,
                                         std::move(params), bounds, end_unwanted);
  Subscription events = std::move(pending).bind(turn_id);
  const std::string running_id = with_result(turn_id, [&] {
    try {
      return running_id_of(events, turn_id, bounds);
    } catch (...) {
      end_unwanted(turn_id);
      throw;
    }
  });
  return follow(*connection, {thread_id, turn_id, control_turn(connection, thread_id, running_id)},
                limits_of(options, started), std::move(events));
}

namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return std::string(text.substr(begin, text.find_last_not_of(blanks) - begin + 1));
}

std::string checked_objective(std::string_view text) {
  constexpr std::ptrdiff_t longest = 4000;
  std::string objective = trimmed(text);
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
void check_thread(Connection& connection, const std::string& thread_id, const Bounds& bounds) {
  const std::string result =
      call(connection, requests::ThreadRead::method,
           protocol::encode(protocol::ThreadReadParams{.thread_id = thread_id}), bounds);
  const Json thread = Json::parse(result, nullptr, false).value("thread", Json::object());
  const auto refuse = [&](const std::string& what) {
    throw InvalidRequestError(-32600,
                              "thread must be " + what + " before starting a goal: " + thread_id);
  };
  if (thread.value("/status/type"_json_pointer, "") != "idle") refuse("idle");
  if (thread.value("ephemeral", false) || !thread.value("path", Json()).is_string()) {
    refuse("persisted");
  }
}

/// Waits for the first turn of a goal.
std::string first_turn_of(const GoalRelay& goal, const Subscription& place, const Bounds& bounds) {
  Subscription events = place.fork();
  const TimePoint deadline = std::min(bounds.deadline, Clock::now() + goal_start_timeout);
  if (const auto event = events.next_blocking(deadline, bounds.stop)) {
    return std::string(event->turn_id());
  }
  throw CodexError("The goal of thread " + goal.thread_id() + " ended before its first turn.");
}

}  // namespace

StartedTurn start_goal(const Client& client, const std::string& thread_id,
                       std::string_view objective, const GoalOptions& options) {
  const TimePoint started = Clock::now();
  const Bounds bounds = start_bounds(options, client.config(), started);
  const std::shared_ptr<Connection> connection = client.shared_connection();
  std::string params = goal_set_params(thread_id, checked_objective(objective), options);
  check_thread(*connection, thread_id, bounds);
  const auto goal = connection->router().expect_goal(thread_id);
  const auto control = control_goal(connection, goal);
  Subscription events(goal->events());
  call(*connection, requests::ThreadGoalClear::method,
       protocol::encode(protocol::ThreadGoalClearParams{.thread_id = thread_id}), bounds);
  goal->accept();
  const std::string turn_id = with_result("", [&] {
    try {
      call(*connection, requests::ThreadGoalSet::method, std::move(params), bounds);
      return first_turn_of(*goal, events, bounds);
    } catch (const JsonRpcError&) {
      throw;  // the runtime has no such goal
    } catch (...) {
      control->interrupt({.deadline = Clock::now() + cleanup_timeout},
                         [](const Outcome<std::string>&) {});
      throw;
    }
  });
  return follow(*connection, {thread_id, turn_id, control}, limits_of(options, started),
                std::move(events));
}

}  // namespace codex::detail
