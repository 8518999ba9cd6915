#include <algorithm>
#include <stdexcept>

#include <codex/approvals.hpp>
#include <codex/protocol/session.hpp>

#include "approvals/harmless_programs.hpp"
#include "approvals/shell_words.hpp"

namespace codex::approvals {
namespace {

using codex::detail::only_reads;
using codex::detail::program_words;
using codex::detail::Words;
using Params = protocol::CommandExecutionRequestApprovalParams;

/// The words of a request that asks only for a command.
std::optional<Words> words_of(const Params& params) {
  const bool asks_for_more = *params.kind != protocol::CommandExecutionApprovalKind::command ||
                             params.additional_permissions || params.network_approval_context;
  if (asks_for_more || !params.command) return std::nullopt;
  return program_words(*params.command);
}

protocol::CommandExecutionRequestApprovalResponse accept_rule(Words rule) {
  return {.decision = protocol::AcceptWithExecpolicyAmendmentCommandExecutionApprovalDecision{
              .execpolicy_amendment = std::move(rule)}};
}

}  // namespace

std::optional<std::vector<std::string>> proposed_rule(const Params& params) {
  const auto& proposed = params.proposed_execpolicy_amendment;
  if (!proposed || proposed->empty()) return std::nullopt;
  const std::optional<Words> words = words_of(params);
  if (!words || words->empty() || !only_reads(*words)) return std::nullopt;
  return words;
}

protocol::CommandExecutionRequestApprovalResponse accept_with_rule(const Params& params) {
  auto rule = proposed_rule(params);
  if (!rule) return accept();
  return accept_rule(*std::move(rule));
}

protocol::CommandExecutionRequestApprovalResponse accept_with_rule(
    const Params& params, const std::vector<std::string>& prefix) {
  const std::optional<Words> words = words_of(params);
  if (!words) throw std::invalid_argument("a rule needs a command of plain words");
  const bool begins = !prefix.empty() && prefix.size() <= words->size() &&
                      std::equal(prefix.begin(), prefix.end(), words->begin());
  if (!begins) throw std::invalid_argument("the command does not begin with the words of the rule");
  return accept_rule(prefix);
}

}  // namespace codex::approvals
