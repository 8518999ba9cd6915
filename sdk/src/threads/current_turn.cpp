#include "threads/current_turn.hpp"

#include <algorithm>
#include <utility>

#include <codex/errors.hpp>
#include <codex/protocol/everyday.hpp>

#include "threads/thread_calls.hpp"
#include "turns/start_terms.hpp"
#include "turns/turn_snapshot.hpp"
#include "wire/rpc_error.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

std::shared_ptr<TurnState> turn_in_hand(const Client& client, const std::string& thread_id) {
  for (const auto& turn : client.live_turns().all()) {
    if (turn->thread_id() == thread_id && !turn->is_over()) return turn;
  }
  return nullptr;
}

/// From its response on the thread's events come, after the requests that wait for an answer. False
/// if the runtime has no such thread: one that has had no turn is not stored yet.
Task<bool> subscribe_to(std::shared_ptr<const Client> client, std::string thread_id,
                        CallOptions options) {
  try {
    auto resume = resume_thread(std::move(client), std::move(thread_id),
                                {.extra_params = std::move(options.extra_params),
                                 .timeout = options.timeout,
                                 .stop = options.stop});
    (void)co_await resume;
    co_return true;
  } catch (const JsonRpcError&) {
    if (!is_of_unstored_thread(std::current_exception())) throw;
    co_return false;
  }
}

}  // namespace

Task<std::optional<StartedTurn>> current_turn(std::shared_ptr<const Client> client,
                                              std::string thread_id, CallOptions options) {
  if (auto turn = turn_in_hand(*client, thread_id)) {
    Subscription place = turn->subscribe();
    co_return StartedTurn{std::move(turn), std::move(place)};
  }
  const std::shared_ptr<Connection> connection = client->shared_connection();
  // From here on events are kept: the list may be older than what comes before its response.
  PendingTurn pending = connection->router().expect_running(thread_id);
  auto subscribe = subscribe_to(client, thread_id, options);
  const bool is_there = co_await subscribe;
  if (!is_there) co_return std::nullopt;
  auto list = client->call(requests::ThreadTurnsList::method,
                           protocol::encode(protocol::ThreadTurnsListParams{
                               .thread_id = thread_id,
                               .items_view = protocol::TurnItemsView::full,
                               .limit = 1,
                               .sort_direction = protocol::SortDirection::desc}),
                           {.timeout = options.timeout, .stop = options.stop});
  const std::string page = co_await list;
  auto latest = first_turn_of_page(thread_id, page);
  if (!latest || !latest->is_running) co_return std::nullopt;
  Subscription events = std::move(pending).bind(latest->id);
  if (events.is_at_end()) co_return std::nullopt;  // it ended before, and the list is older
  auto control = control_turn(connection, thread_id, latest->id, events.log());
  co_return follow(*client,
                   {.thread_id = thread_id,
                    .turn_id = latest->id,
                    .control = std::move(control),
                    .done_before = std::move(latest->items)},
                   {}, std::move(events));
}

std::vector<HandleState> running_turns(const std::shared_ptr<const Client>& client) {
  (void)client->shared_connection();  // throws in a child of fork
  std::vector<HandleState> running;
  for (auto& turn : client->live_turns().all()) {
    const auto is_it = [&](const HandleState& other) {
      return other.turn->turn_id() == turn->turn_id();
    };
    if (turn->is_over() || std::ranges::any_of(running, is_it)) continue;
    running.push_back({client, std::move(turn), std::make_shared<OpenPlace>(std::nullopt)});
  }
  return running;
}

}  // namespace codex::detail
