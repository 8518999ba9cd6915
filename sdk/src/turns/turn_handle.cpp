#include "turns/turn_handle.hpp"

#include <chrono>
#include <utility>

#include <codex/decode_named.hpp>

#include "session/call.hpp"
#include "task/operation.hpp"

namespace codex::detail {
namespace {

using std::chrono::milliseconds;

CallTerms terms_of(const Client& client, const CallOptions& options, const std::stop_token& stop) {
  return {.deadline = deadline_of(client.config(), options),
          .stop = stop,
          .extra_params = options.extra_params};
}

Task<void> until_over(std::shared_ptr<TurnState> turn, bool heeds_context) {
  const auto wait = [&](Completion<bool> completion, const std::stop_token& stop) {
    turn->when_over(std::move(completion), stop);
  };
  OperationTerms<bool> terms{.heeds_context = heeds_context};
  co_await operation<bool>(wait, std::move(terms));
}

/// Shows the turn's events to the app until they end, for whatever reason: the turn itself knows
/// it. What the app throws ends the turn.
Task<void> show_events(std::shared_ptr<const Client> client, StartedTurn started,
                       std::function<void(const Notification&)> on_event) {
  auto reader = std::make_shared<TurnReader>(TurnReader{started.turn, std::move(started.place)});
  std::exception_ptr thrown;
  while (!thrown) {
    NextEvent event;
    try {
      auto next = next_event_of(reader);
      event = co_await next;
    } catch (const CodexError&) {
      co_return;
    }
    if (!event) co_return;
    try {
      on_event(*event);
    } catch (...) {
      thrown = std::current_exception();
    }
  }
  try {
    auto end = interrupt(std::move(client), started.turn, CallOptions{});
    co_await end;
  } catch (const CodexError&) {  // NOLINT(bugprone-empty-catch): what the app threw matters more
  }
  std::rethrow_exception(thrown);
}

/// Has a turn end when either the app's stop token or that of the coroutine wants it to.
template <class Options>
class StopsWith {
 public:
  StopsWith(Options& options, const std::stop_token& context) {
    if (!context.stop_possible()) return;
    relay_.follow(options.stop);
    relay_.follow(context);
    options.stop = both_.get_token();
  }

 private:
  std::stop_source both_;
  StopRelay relay_{both_};
};

/// What the model is told when it shall answer again.
std::string correction(const OutputParseError& error) {
  const std::string complaint =
      error.path().empty() ? error.problem() : error.path() + ": " + error.problem();
  return "Your answer does not fit: " + complaint +
         "\nAnswer again, with JSON that fits the schema, and nothing else.";
}

}  // namespace

Task<NextEvent> next_event_of(std::shared_ptr<TurnReader> reader) {
  co_return co_await reader->turn->next(reader->events);
}

Task<TurnResult> result_of(std::shared_ptr<TurnState> turn, std::shared_ptr<OpenPlace> place) {
  (void)place->take();
  co_await until_over(turn, true);
  co_return turn->result();
}

Task<TurnResult> run_turn(std::shared_ptr<const Client> client, std::string thread_id,
                          RunInput input, TurnOptions options) {
  const StopsWith stops(options, co_await current_stop());
  auto start = start_turn(client, std::move(thread_id), std::move(input), options);
  std::optional<StartedTurn> started = co_await start;
  const std::shared_ptr<TurnState> turn = started->turn;
  if (options.on_event) {
    auto show = show_events(std::move(client), *std::move(started), options.on_event);
    co_await show;
  }
  started.reset();  // holds no events back
  // The turn itself heeds the stop, and ends with what was collected.
  co_await until_over(turn, false);
  co_return turn->result();
}

Task<TurnResult> run_goal(std::shared_ptr<const Client> client, std::string thread_id,
                          std::string objective, GoalOptions options) {
  const StopsWith stops(options, co_await current_stop());
  auto start = start_goal(std::move(client), std::move(thread_id), std::move(objective), options);
  std::shared_ptr<TurnState> turn = (co_await start).turn;
  co_await until_over(turn, false);
  co_return turn->result();
}

Task<TurnResult> run_until_read(std::shared_ptr<const Client> client, std::string thread_id,
                                RunInput input, TurnOptions options, const Shape& shape,
                                std::function<void(const TurnResult&)> read) {
  if (options.output_schema.is_null()) options.output_schema = strict_schema(shape);
  const auto deadline =
      options.timeout ? deadline_after(Clock::now(), *options.timeout) : TimePoint::max();
  for (int retries = options.output_retries;; --retries) {
    auto run = run_turn(client, thread_id, std::move(input), options);
    TurnResult turn = co_await run;
    try {
      read(turn);
      co_return turn;
    } catch (const OutputParseError& error) {
      if (retries <= 0 || turn.status != protocol::TurnStatus::completed) throw;
      if (options.timeout) {
        const auto left = deadline - Clock::now();
        if (left <= milliseconds::zero()) throw;
        options.timeout = std::chrono::ceil<milliseconds>(left);
      }
      input = correction(error);
    }
  }
}

Task<protocol::TurnSteerResponse> steer(std::shared_ptr<const Client> client,
                                        std::shared_ptr<TurnState> turn, Input input,
                                        CallOptions options) {
  client->input_check().items(input);
  const auto start = [&](Completion<std::string> completion, const std::stop_token& stop) {
    turn->control().steer(input, terms_of(*client, options, stop), std::move(completion));
  };
  OperationTerms<std::string> terms{.stop = options.stop};
  const std::string result = co_await operation<std::string>(start, std::move(terms));
  auto response = decode_named<protocol::TurnSteerResponse>("turn/steer", result);
  response.turn_id = turn->turn_id();  // of a goal, another turn may have been steered
  co_return response;
}

Task<protocol::TurnInterruptResponse> interrupt(std::shared_ptr<const Client> client,
                                                std::shared_ptr<TurnState> turn,
                                                CallOptions options) {
  const auto start = [&](Completion<std::string> completion, const std::stop_token& stop) {
    turn->control().interrupt(terms_of(*client, options, stop), std::move(completion));
  };
  OperationTerms<std::string> terms{.stop = options.stop};
  const std::string result = co_await operation<std::string>(start, std::move(terms));
  co_return decode_named<protocol::TurnInterruptResponse>("turn/interrupt", result);
}

}  // namespace codex::detail
