#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include <codex/codex.hpp>

#include "job.hpp"
#include "lease.hpp"

namespace fleet {

/// One job in one runtime: finds or starts its thread, runs the turn, and holds it to its budget.
class Agent {
 public:
  using Report = std::function<void(const Progress&)>;

  /// Each change is reported.
  Agent(const codex::Codex& codex, const Job& job, Lease& lease, Report report);

  /// What became of the job; the caller adds who it was. Throws CancelledError when stopped, and
  /// TransportClosedError when the runtime has ended: then another attempt may succeed.
  [[nodiscard]] Result work(const std::stop_token& stop);

 private:
  [[nodiscard]] codex::Thread find_thread(const std::stop_token& stop);
  [[nodiscard]] codex::TurnResult run(codex::TurnHandle turn);
  void see(const codex::Notification& event);
  [[nodiscard]] bool is_over_budget() const;
  [[nodiscard]] Result result_of(const codex::TurnResult& turn) const;

  const codex::Codex& codex_;
  const Job& job_;
  Lease& lease_;
  const Report report_;
  Progress progress_;
  bool goes_on_ = false;
};

}  // namespace fleet
