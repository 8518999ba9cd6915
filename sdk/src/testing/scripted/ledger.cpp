#include "testing/scripted/ledger.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "mask/mask.hpp"
#include "task/wait_until.hpp"

namespace codex::testing::detail {
namespace {

constexpr std::size_t most_problems = 1'000;
constexpr std::size_t longest_problem = 10'000;

bool has_method(const ScriptedRequest& request, std::string_view method) {
  return method.empty() || request.method == method;
}

/// Whether the rule is for this request; returning true uses up a rule for a single time.
bool applies(Rule& rule, const ScriptedRequest& request) {
  if (rule.method != request.method || rule.is_used_up) return false;
  if (rule.predicate && !rule.predicate(request.params)) return false;
  return !rule.is_for_once || !rule.is_used_up.exchange(true);
}

}  // namespace

void Ledger::add(std::shared_ptr<Rule> rule) {
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(rule));
}

std::optional<Answer> Ledger::answer_to(const ScriptedRequest& request) {
  std::unique_lock lock(mutex_);
  const auto rules = rules_;
  lock.unlock();
  for (const auto& rule : rules) {
    if (applies(*rule, request)) return rule->answer(request.params);
  }
  return std::nullopt;
}

void Ledger::record(ScriptedRequest request, std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  if (!budget_.take(bytes)) return;
  requests_.push_back(std::move(request));
  recorded_.notify_all();
}

std::vector<ScriptedRequest> Ledger::requests(std::string_view method) const {
  std::vector<ScriptedRequest> found;
  const std::lock_guard lock(mutex_);
  std::copy_if(requests_.begin(), requests_.end(), std::back_inserter(found),
               [&](const auto& request) { return has_method(request, method); });
  return found;
}

bool Ledger::wait_for_requests(std::string_view method, std::size_t wanted,
                               std::chrono::milliseconds timeout) const {
  std::unique_lock lock(mutex_);
  const auto deadline = codex::detail::deadline_after(codex::detail::Clock::now(), timeout);
  return codex::detail::wait_until(recorded_, lock, deadline,
                                   [&] { return count(method) >= wanted; });
}

void Ledger::complain(std::string_view problem) {
  std::string masked = codex::detail::mask_secrets(problem);
  if (masked.size() > longest_problem) masked.resize(longest_problem);
  const std::lock_guard lock(mutex_);
  if (problems_.size() < most_problems) problems_.push_back(std::move(masked));
}

std::vector<std::string> Ledger::problems() const {
  const std::lock_guard lock(mutex_);
  return problems_;
}

std::string Ledger::next_id(std::string_view kind) {
  return std::string(kind) + "-" + std::to_string(++last_id_);
}

std::size_t Ledger::count(std::string_view method) const {
  return static_cast<std::size_t>(
      std::count_if(requests_.begin(), requests_.end(),
                    [&](const auto& request) { return has_method(request, method); }));
}

}  // namespace codex::testing::detail
