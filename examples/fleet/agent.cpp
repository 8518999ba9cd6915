#include "agent.hpp"

#include <chrono>
#include <utility>

namespace fleet {

namespace {

namespace events = codex::protocol::notifications;

constexpr std::size_t words_to_show = 60;
constexpr std::size_t longest_answer = 100'000;  // a message of NATS has 1 MB

codex::Optional<std::chrono::milliseconds> time_of(const Job& job) {
  if (!job.seconds) return {};
  return std::chrono::milliseconds(std::chrono::seconds(*job.seconds));
}

std::string last_words(std::string text) {
  if (text.size() > words_to_show) text.erase(0, text.size() - words_to_show);
  return text;
}

}  // namespace

Agent::Agent(const codex::Codex& codex, const Job& job, Lease& lease, Report report)
    : codex_(codex),
      job_(job),
      lease_(lease),
      report_(std::move(report)),
      progress_{.job = job.id, .state = "running"} {}

Result Agent::work(const std::stop_token& stop) try {
  report_(progress_);
  const auto thread = find_thread(stop);
  const std::string prompt =
      goes_on_ ? "You were interrupted. Look at what is done, and finish the task: " + job_.prompt
               : job_.prompt;
  return result_of(run(thread.turn(prompt, {.timeout = time_of(job_), .stop = stop})));
} catch (const codex::TurnFailedError& error) {
  if (codex::is_retryable_error(error)) throw;
  Result result = result_of(error.result());
  result.status = "failed";
  result.reason = error.what();
  return result;
} catch (const codex::TimeoutError& error) {
  if (!error.collected()) throw;  // not the turn was late
  Result result = result_of(*error.collected());
  result.status = "out of time";
  result.reason = error.what();
  return result;
}

/// A thread's files are in the CODEX_HOME of the runtime that began it: a worker that shares it
/// goes on there, any other begins anew. Nobody is asked, and nothing beyond the sandbox is done.
codex::Thread Agent::find_thread(const std::stop_token& stop) {
  if (const std::string known = lease_.thread(); !known.empty()) try {
      auto thread = codex_.thread_resume(known, {.cwd = job_.repository, .stop = stop});
      goes_on_ = true;
      return thread;
    } catch (const codex::JsonRpcError& error) {
      // It is not here, or its worker died before there was anything to read.
      if (codex::is_retryable_error(error)) throw;
    }
  auto thread = codex_.thread_start({.approval_mode = codex::ApprovalMode::deny_all,
                                     .cwd = job_.repository,
                                     .sandbox = codex::Sandbox::workspace_write,
                                     .stop = stop});
  lease_.remember(thread.id());
  return thread;
}

codex::TurnResult Agent::run(codex::TurnHandle turn) {
  bool interrupted = false;
  for (const auto& event : turn.stream()) {
    see(event);
    if (!is_over_budget() || std::exchange(interrupted, true)) continue;
    try {
      turn.interrupt();
    } catch (const codex::InvalidRequestError&) {
      // It has just ended.
    }
  }
  return turn.run();
}

void Agent::see(const codex::Notification& event) {
  if (const auto piece = event.as<events::ItemAgentMessageDelta>()) {
    progress_.saying = last_words(progress_.saying + piece->delta);
  } else if (const auto usage = event.as<events::ThreadTokenUsageUpdated>()) {
    progress_.tokens = usage->token_usage.total.total_tokens;
  } else {
    return;
  }
  report_(progress_);
}

/// Known after each response of the model, so the last one may pass the budget. The thread counts,
/// and it is this job's alone: what earlier workers have used in it is in it.
bool Agent::is_over_budget() const { return job_.tokens && progress_.tokens > *job_.tokens; }

Result Agent::result_of(const codex::TurnResult& turn) const {
  Result result{.job = job_.id, .status = "done", .worker = "", .thread = lease_.thread()};
  if (turn.final_response) result.answer = turn.final_response->substr(0, longest_answer);
  result.tokens = turn.usage ? turn.usage->total.total_tokens : progress_.tokens;
  if (turn.status == codex::protocol::TurnStatus::completed) return result;
  result.status = is_over_budget() ? "over budget" : "failed";
  result.reason = is_over_budget()
                      ? std::to_string(result.tokens) + " tokens of " + std::to_string(*job_.tokens)
                      : "someone interrupted the turn";
  return result;
}

}  // namespace fleet
