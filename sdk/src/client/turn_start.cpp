#include "client/turn_start.hpp"

#include <optional>
#include <utility>

#include <codex/errors.hpp>

#include "client/call.hpp"
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

/// Sends a request that starts a turn, and waits for the turn's id. `on_late` gets the id of a turn
/// that begins after its caller has given up, and that nobody would know of otherwise.
std::string send_start(Connection& connection, std::string_view method, std::string params,
                       const CallTerms& terms, std::function<void(const std::string&)> on_late) {
  return with_result("", [&] {
    const std::string result = call(connection, method, std::move(params), terms,
                                    [on_late = std::move(on_late)](const std::string& late) {
                                      if (const auto turn_id = turn_id_of(late)) on_late(*turn_id);
                                    });
    const auto turn_id = turn_id_of(result);
    if (!turn_id) throw DecodeError("turn.id", "expected string", std::string(method));
    return *turn_id;
  });
}

/// Waits until a review runs, and tells under which id: another one than its events bear, but for
/// turn/started.
std::string running_id_of(const Subscription& review, const std::string& turn_id,
                          const CallTerms& terms) {
  Subscription events = review.fork();
  while (const auto event = events.next_blocking(terms.deadline, terms.stop)) {
    if (event->method() == "turn/started") return std::string(event->turn_id());
  }
  return turn_id;
}

}  // namespace

StartedTurn start_turn(const Client& client, const std::string& thread_id, const RunInput& input,
                       const TurnOptions& options) {
  const TimePoint started = Clock::now();
  const std::shared_ptr<Connection> connection = client.shared_connection();
  std::string params = turn_start_params(thread_id, input, options);
  client.check(requests::TurnStart::method, params);
  PendingTurn pending = connection->router().expect_turn(thread_id);
  const auto end_unwanted = [weak = std::weak_ptr(connection), thread_id,
                             start = pending.start()](const std::string& turn_id) {
    const auto alive = weak.lock();
    // The input may have joined a turn that others are waiting for.
    if (!alive || alive->router().is_followed(turn_id, start)) return;
    interrupt_unwanted(weak, thread_id, turn_id);
  };
  const std::string turn_id =
      send_start(*connection, requests::TurnStart::method, std::move(params),
                 start_terms(options, client.config(), started), end_unwanted);
  Subscription events = std::move(pending).bind(turn_id);
  return follow(*connection, {thread_id, turn_id, control_turn(connection, thread_id, turn_id)},
                limits_of(options, started), std::move(events));
}

StartedTurn start_review(const Client& client, const std::string& thread_id,
                         const protocol::ReviewTarget& target, const ReviewOptions& options) {
  const TimePoint started = Clock::now();
  const CallTerms terms = start_terms(options, client.config(), started);
  const std::shared_ptr<Connection> connection = client.shared_connection();
  std::string params = review_start_params(thread_id, target, options);
  client.check(requests::ReviewStart::method, params);
  PendingTurn pending = connection->router().expect_review(thread_id);
  // No id: whatever runs there, and that is the review, as it suffers no other turn beside it.
  const auto end_unwanted = [weak = std::weak_ptr(connection), thread_id](const std::string&) {
    interrupt_unwanted(weak, thread_id, "");
  };
  const std::string turn_id = send_start(*connection, requests::ReviewStart::method,
                                         std::move(params), terms, end_unwanted);
  Subscription events = std::move(pending).bind(turn_id);
  const std::string running_id = with_result(turn_id, [&] {
    try {
      return running_id_of(events, turn_id, terms);
    } catch (...) {
      end_unwanted(turn_id);
      throw;
    }
  });
  return follow(*connection, {thread_id, turn_id, control_turn(connection, thread_id, running_id)},
                limits_of(options, started), std::move(events));
}

}  // namespace codex::detail
