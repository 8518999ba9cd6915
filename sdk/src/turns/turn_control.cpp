#include "turns/turn_control.hpp"

#include <optional>
#include <utility>

#include <codex/protocol/thread.hpp>
#include <codex/protocol/turn.hpp>

#include "session/params.hpp"

namespace codex::detail {
namespace {

namespace requests = codex::protocol::requests;

Request interrupt_request(const std::string& thread_id, const std::string& turn_id,
                          const CallTerms& terms, Completion<std::string> completion) {
  return {.method = std::string(requests::TurnInterrupt::method),
          .params = with_extra(protocol::encode(protocol::TurnInterruptParams{
                                   .thread_id = thread_id, .turn_id = turn_id}),
                               terms.extra_params),
          .deadline = terms.deadline,
          .stop = terms.stop,
          .completion = std::move(completion)};
}

Request steer_request(const std::string& thread_id, const std::string& turn_id, const Input& input,
                      const CallTerms& terms, Completion<std::string> completion) {
  return {
      .method = std::string(requests::TurnSteer::method),
      .params = with_extra(
          protocol::encode(protocol::TurnSteerParams{
              .expected_turn_id = turn_id, .input = user_inputs(input), .thread_id = thread_id}),
          terms.extra_params),
      .deadline = terms.deadline,
      .stop = terms.stop,
      .completion = std::move(completion)};
}

Request pause_request(const std::string& thread_id, const CallTerms& terms,
                      Completion<std::string> completion) {
  return {.method = std::string(requests::ThreadGoalSet::method),
          .params = protocol::encode(protocol::ThreadGoalSetParams{
              .thread_id = thread_id, .status = protocol::ThreadGoalStatus::paused}),
          .deadline = terms.deadline,
          .stop = terms.stop,
          .completion = std::move(completion)};
}

void start(const std::weak_ptr<Connection>& connection, Request request) {
  if (const auto alive = connection.lock()) return alive->start(std::move(request));
  request.completion(
      make_error<TransportClosedError>("The connection to the Codex runtime is closed"));
}

/// What the runtime said when it refused; empty when it did not.
std::string refusal_in(const Outcome<std::string>& outcome) {
  const auto* error = std::get_if<std::exception_ptr>(&outcome);
  if (error == nullptr) return {};
  try {
    std::rethrow_exception(*error);
  } catch (const InvalidRequestError& refusal) {
    return refusal.message();
  } catch (...) {
    return {};
  }
}

/// The turn that runs instead of the one that was meant: "... but found `ID`".
std::string turn_found_instead(const std::string& refusal) {
  constexpr std::string_view mark = "but found ";
  const std::size_t found = refusal.find(mark);
  if (found == std::string::npos) return {};
  std::string turn_id = refusal.substr(found + mark.size());
  std::erase(turn_id, '`');
  return turn_id;
}

bool says_none_runs(const std::string& refusal) {
  return refusal.find("no active turn") != std::string::npos;
}

/// An interrupt without a turn's id. The runtime takes it in the order of its queue: what it has
/// not begun yet ends as it begins. By its id such a turn is refused.
Request interrupt_all_request(const std::string& thread_id, const CallTerms& terms,
                              Completion<std::string> completion) {
  return interrupt_request(thread_id, "", terms, std::move(completion));
}

class PlainTurnControl final : public TurnControl,
                               public std::enable_shared_from_this<PlainTurnControl> {
 public:
  PlainTurnControl(std::weak_ptr<Connection> connection, std::string thread_id, std::string turn_id,
                   std::shared_ptr<EventLog> events)
      : connection_(std::move(connection)),
        thread_id_(std::move(thread_id)),
        turn_id_(std::move(turn_id)),
        events_(std::move(events)) {}

  void interrupt(const CallTerms& terms, Completion<std::string> completion) override {
    const Send by_id = [self = shared_from_this(), terms](const Completion<std::string>& done) {
      start(self->connection_, interrupt_request(self->thread_id_, self->turn_id_, terms, done));
    };
    if (events_->has_begun()) return by_id(completion);
    // By its id first: our events may lag, and an interrupt without one would end what runs now.
    by_id([self = shared_from_this(), terms, by_id, completion](Outcome<std::string> outcome) {
      const bool is_waiting = says_none_runs(refusal_in(outcome)) && !self->events_->has_begun();
      auto check = self->again_when_begun("turn/interrupt", terms, by_id, completion);
      if (!is_waiting) return check(std::move(outcome));
      start(self->connection_, interrupt_all_request(self->thread_id_, terms, std::move(check)));
    });
  }

  void steer(const Input& input, const CallTerms& terms,
             Completion<std::string> completion) override {
    const auto by_id = [self = shared_from_this(), input = std::make_shared<const Input>(input),
                        terms](const Completion<std::string>& done) {
      start(self->connection_,
            steer_request(self->thread_id_, self->turn_id_, *input, terms, done));
    };
    if (events_->has_begun()) return by_id(completion);
    by_id(again_when_begun("turn/steer", terms, by_id, std::move(completion)));
  }

 private:
  using Send = std::function<void(const Completion<std::string>&)>;

  /// Takes the answer to a request that was sent before the turn had begun. Where the runtime does
  /// not run the turn yet, waits until it does, and sends the request again.
  Completion<std::string> again_when_begun(const char* method, const CallTerms& terms, Send send,
                                           Completion<std::string> completion) {
    return [self = shared_from_this(), method, terms, send = std::move(send),
            completion = std::move(completion)](Outcome<std::string> outcome) {
      const std::string refusal = refusal_in(outcome);
      if (!says_none_runs(refusal) && turn_found_instead(refusal).empty()) {
        return completion(std::move(outcome));
      }
      self->when_begun(terms, [self, method, send, completion](Outcome<NextEvent> begun) {
        if (auto* error = std::get_if<std::exception_ptr>(&begun)) {
          return completion(self->not_begun(std::move(*error), method));
        }
        send(completion);
      });
    };
  }

  void when_begun(const CallTerms& terms, Completion<NextEvent> completion) const {
    const auto events = std::make_shared<Subscription>(events_);
    if (events_->has_begun()) return completion(NextEvent());
    events->next(terms.deadline, terms.stop,
                 [events, completion](Outcome<NextEvent> begun) { completion(std::move(begun)); });
  }

  /// The error of a wait for the turn to begin.
  [[nodiscard]] std::exception_ptr not_begun(std::exception_ptr error, const char* method) const {
    try {
      std::rethrow_exception(error);
    } catch (const TimeoutError&) {
      return make_error<TimeoutError>(std::string(method) +
                                      " timed out: the runtime has not begun turn " + turn_id_);
    } catch (const CancelledError&) {
      return make_error<CancelledError>(std::string(method) +
                                        " was cancelled before the runtime began turn " + turn_id_);
    } catch (...) {
      return error;
    }
  }

  const std::weak_ptr<Connection> connection_;
  const std::string thread_id_;
  const std::string turn_id_;
  const std::shared_ptr<EventLog> events_;
};

Outcome<std::string> no_active_turn(const char* what) {
  return make_error<InvalidRequestError>(-32600, std::string("no active turn to ") + what);
}

class GoalControl final : public TurnControl, public std::enable_shared_from_this<GoalControl> {
 public:
  GoalControl(std::weak_ptr<Connection> connection, std::shared_ptr<GoalRelay> goal)
      : connection_(std::move(connection)), goal_(std::move(goal)) {}

  // Paused first, so that no further turn follows the one that is interrupted.
  void interrupt(const CallTerms& terms, Completion<std::string> completion) override {
    // What is wrong with the options shall throw here, not on the I/O thread.
    (void)interrupt_request(goal_->thread_id(), {}, terms, {});
    if (goal_->is_over()) return completion(no_active_turn("interrupt"));
    goal_->begin_interrupt();
    const Completion<std::string> done = [goal = goal_, completion](Outcome<std::string> outcome) {
      goal->end_interrupt();
      completion(std::move(outcome));
    };
    auto go_on = [self = shared_from_this(), terms, done](Outcome<std::string> paused) {
      const std::string running = self->goal_->running_turn();
      // A goal that somebody cleared cannot be paused, but its turn runs on.
      const bool is_cleared = !running.empty() && !refusal_in(paused).empty();
      if (std::holds_alternative<std::exception_ptr>(paused) && !is_cleared) {
        return done(std::move(paused));
      }
      self->interrupt_turn(running, terms, done, retries);
    };
    start(connection_, pause_request(goal_->thread_id(), terms, std::move(go_on)));
  }

  void steer(const Input& input, const CallTerms& terms,
             Completion<std::string> completion) override {
    (void)steer_request(goal_->thread_id(), {}, input, terms, {});  // as above
    steer_next(std::make_shared<const Input>(input), terms, completion, retries);
  }

 private:
  // How often one turn may have given way to the next while the request was on its way.
  static constexpr int retries = 3;

  void interrupt_turn(const std::string& turn_id, const CallTerms& terms,
                      const Completion<std::string>& completion, int retries_left) {
    if (turn_id.empty()) return interrupt_next(terms, completion);
    auto check = [self = shared_from_this(), terms, completion,
                  retries_left](Outcome<std::string> outcome) {
      const std::string refusal = refusal_in(outcome);
      if (says_none_runs(refusal)) return self->interrupt_next(terms, completion);
      const std::string other = turn_found_instead(refusal);
      // Once the goal has ended, the turn that runs instead belongs to another caller.
      const bool is_last = other.empty() || retries_left == 0 || self->goal_->is_over();
      if (is_last) return completion(std::move(outcome));
      self->interrupt_turn(other, terms, completion, retries_left - 1);
    };
    start(connection_, interrupt_request(goal_->thread_id(), turn_id, terms, std::move(check)));
  }

  // Between two turns: the next one may have been started, and not begun. Where none was, being
  // paused is enough.
  void interrupt_next(const CallTerms& terms, const Completion<std::string>& completion) {
    if (goal_->is_over())
      return completion(std::string("{}"));  // the next turn belongs to another caller
    auto check = [completion](Outcome<std::string> outcome) {
      if (!refusal_in(outcome).empty()) return completion(std::string("{}"));
      completion(std::move(outcome));
    };
    start(connection_, interrupt_all_request(goal_->thread_id(), terms, std::move(check)));
  }

  // Between two turns, waits for the next one.
  void steer_next(const std::shared_ptr<const Input>& input, const CallTerms& terms,
                  const Completion<std::string>& completion, int retries_left) {
    goal_->when_running(terms.deadline, terms.stop,
                        [self = shared_from_this(), input, terms, completion,
                         retries_left](Outcome<NextEvent> started) {
                          if (auto* error = std::get_if<std::exception_ptr>(&started)) {
                            return completion(std::move(*error));
                          }
                          const auto& turn = std::get<NextEvent>(started);
                          if (!turn) return completion(no_active_turn("steer"));
                          self->steer_turn(std::string(turn->turn_id()), input, terms, completion,
                                           retries_left);
                        });
  }

  void steer_turn(const std::string& turn_id, const std::shared_ptr<const Input>& input,
                  const CallTerms& terms, const Completion<std::string>& completion,
                  int retries_left) {
    auto check = [self = shared_from_this(), turn_id, input, terms, completion,
                  retries_left](Outcome<std::string> outcome) {
      const std::string refusal = refusal_in(outcome);
      const std::string other = turn_found_instead(refusal);
      if (retries_left == 0 || (other.empty() && !says_none_runs(refusal))) {
        return completion(std::move(outcome));
      }
      if (!other.empty()) {
        return self->steer_turn(other, input, terms, completion, retries_left - 1);
      }
      self->goal_->note_ended(turn_id);
      self->steer_next(input, terms, completion, retries_left - 1);
    };
    start(connection_, steer_request(goal_->thread_id(), turn_id, *input, terms, std::move(check)));
  }

  const std::weak_ptr<Connection> connection_;
  const std::shared_ptr<GoalRelay> goal_;
};

}  // namespace

std::shared_ptr<TurnControl> control_turn(std::weak_ptr<Connection> connection,
                                          std::string thread_id, std::string turn_id,
                                          std::shared_ptr<EventLog> events) {
  return std::make_shared<PlainTurnControl>(std::move(connection), std::move(thread_id),
                                            std::move(turn_id), std::move(events));
}

std::shared_ptr<TurnControl> control_goal(std::weak_ptr<Connection> connection,
                                          std::shared_ptr<GoalRelay> goal) {
  return std::make_shared<GoalControl>(std::move(connection), std::move(goal));
}

void interrupt_thread(Connection& connection, const std::string& thread_id) {
  connection.start(interrupt_all_request(thread_id, {.deadline = Clock::now() + cleanup_timeout},
                                         [](const Outcome<std::string>&) {}));
}

}  // namespace codex::detail
