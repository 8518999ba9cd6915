#include <algorithm>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>

#include "approvals/command_pattern.hpp"

namespace codex::approvals {
namespace {

using codex::detail::CommandPattern;
using codex::detail::program_words;
using codex::detail::Words;
using Params = protocol::CommandExecutionRequestApprovalParams;

bool asks_for_a_command_alone(const Params& params) {
  const auto& hosts = params.proposed_network_policy_amendments;
  return *params.kind == protocol::CommandExecutionApprovalKind::command &&
         !params.additional_permissions && !params.network_approval_context &&
         (!hosts || hosts->empty());
}

bool may_be_accepted(const Params& params) {
  const auto& offered = params.available_decisions;
  return !offered || std::ranges::any_of(*offered, [](const auto& decision) {
    return decision == protocol::CommandExecutionApprovalDecision::accept;
  });
}

/// What would run, where that is all that is asked and it can be told.
std::optional<Words> command_of(const Request& request) {
  if (request.exec_command) return program_words(request.exec_command->command);
  const Params* params = request.command;
  if (!params || !params->command) return std::nullopt;
  if (!asks_for_a_command_alone(*params) || !may_be_accepted(*params)) return std::nullopt;
  return program_words(*params->command);
}

}  // namespace

Policy allow_commands(const std::vector<std::string>& patterns) {
  std::vector<CommandPattern> allowed(patterns.begin(), patterns.end());
  return [allowed = std::move(allowed)](const Request& request) -> std::optional<Decision> {
    const std::optional<Words> command = command_of(request);
    const auto allows = [&](const CommandPattern& pattern) { return pattern.matches(*command); };
    if (!command || std::ranges::none_of(allowed, allows)) return std::nullopt;
    return accept();
  };
}

}  // namespace codex::approvals
