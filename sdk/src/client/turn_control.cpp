#include "client/turn_control.hpp"

#include <optional>
#include <utility>

#include <codex/protocol/thread.hpp>
#include <codex/protocol/turn.hpp>

#include "client/params.hpp"

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

class PlainTurnControl final : public TurnControl {
 public:
  PlainTurnControl(std::weak_ptr<Connection> connection, std::string thread_id, std::string turn_id)
      : connection_(std::move(connection)),
        thread_id_(std::move(thread_id)),
        turn_id_(std::move(turn_id)) {}

  void interrupt(const CallTerms& terms, Completion<std::string> completion) override {
    start(connection_, interrupt_request(thread_id_, turn_id_, terms, std::move(completion)));
  }

  void steer(const Input& input, const CallTerms& terms,
             Completion<std::string> completion) override {
    start(connection_, steer_request(thread_id_, turn_id_, input, terms, std::move(completion)));
  }

 private:
  const std::weak_ptr<Connection> connection_;
  const std::string thread_id_;
  const std::string turn_id_;
};

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
    goal_->note_interrupt();
    auto go_on = [self = shared_from_this(), terms, completion](Outcome<std::string> paused) {
      const std::string running = self->goal_->running_turn();
      // A goal that somebody cleared cannot be paused, but its turn runs on.
      const bool is_cleared = !running.empty() && !refusal_in(paused).empty();
      if (std::holds_alternative<std::exception_ptr>(paused) && !is_cleared) {
        return completion(std::move(paused));
      }
      self->interrupt_turn(running, terms, completion, retries);
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
    if (turn_id.empty()) return completion(std::string("{}"));  // being paused is enough
    auto check = [self = shared_from_this(), terms, completion,
                  retries_left](Outcome<std::string> outcome) {
      const std::string refusal = refusal_in(outcome);
      if (says_none_runs(refusal)) return completion(std::string("{}"));
      const std::string other = turn_found_instead(refusal);
      if (other.empty() || retries_left == 0) return completion(std::move(outcome));
      self->interrupt_turn(other, terms, completion, retries_left - 1);
    };
    start(connection_, interrupt_request(goal_->thread_id(), turn_id, terms, std::move(check)));
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
                                          std::string thread_id, std::string turn_id) {
  return std::make_shared<PlainTurnControl>(std::move(connection), std::move(thread_id),
                                            std::move(turn_id));
}

std::shared_ptr<TurnControl> control_goal(std::weak_ptr<Connection> connection,
                                          std::shared_ptr<GoalRelay> goal) {
  return std::make_shared<GoalControl>(std::move(connection), std::move(goal));
}

}  // namespace codex::detail
