#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <codex/handlers.hpp>
#include <codex/protocol/everyday.hpp>

namespace codex {

namespace protocol {
struct ApplyPatchApprovalResponse;
struct ExecCommandApprovalResponse;
struct McpServerElicitationRequestParams;
struct McpServerElicitationRequestResponse;
}  // namespace protocol

/// Answers to approval requests of the agent.
namespace approvals {

/// Yes or no. Handlers of every kind of approval may return it.
class Decision {
 public:
  /// The decision; the functions of the same names explain each.
  enum class Kind : std::uint8_t { accept, accept_for_session, decline, cancel };

  /// `accept()`, `decline()` and so on are shorter.
  explicit Decision(Kind kind, std::string reason = {}) : kind_(kind), reason_(std::move(reason)) {}

  /// The decision.
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// For people; older requests pass it to the model. Empty when there is none.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  bool operator==(const Decision&) const = default;

  // For the requests whose answer does not depend on the params.
  /// The answer to `item/commandExecution/requestApproval`.
  operator protocol::CommandExecutionRequestApprovalResponse() const;
  /// The answer to `item/fileChange/requestApproval`.
  operator protocol::FileChangeRequestApprovalResponse() const;
  /// The answer to `applyPatchApproval`.
  operator protocol::ApplyPatchApprovalResponse() const;
  /// The answer to `execCommandApproval`.
  operator protocol::ExecCommandApprovalResponse() const;

  /// Grants everything requested, for the turn or the session, or nothing. A `cancel` only
  /// declines: this request cannot end the turn.
  [[nodiscard]] protocol::PermissionsRequestApprovalResponse answer(
      const protocol::PermissionsRequestApprovalParams& params) const;

  /// Lets the tool of an MCP server run, or agrees to an MCP server's question. A form to fill in,
  /// or a proof of the user's identity, needs more than a yes: these are declined.
  /// `accept_for_session` becomes `accept` if the runtime does not offer it.
  [[nodiscard]] protocol::McpServerElicitationRequestResponse answer(
      const protocol::McpServerElicitationRequestParams& params) const;

 private:
  Kind kind_;
  std::string reason_;
};

/// Yes, this once.
[[nodiscard]] inline Decision accept() { return Decision(Decision::Kind::accept); }
/// Yes, and do not ask again in this session for the same command in the same folder, or for the
/// same files. The runtime compares the words of a command, not what they run: after a yes to
/// `sh x.sh` the agent may change `x.sh` and run it unasked.
[[nodiscard]] inline Decision accept_for_session() {
  return Decision(Decision::Kind::accept_for_session);
}
/// No. The turn continues, and the agent may try something else.
[[nodiscard]] inline Decision decline(std::string reason = {}) {
  return Decision(Decision::Kind::decline, std::move(reason));
}
/// No, and the turn ends as `interrupted`.
[[nodiscard]] inline Decision cancel() { return Decision(Decision::Kind::cancel); }

/// The rule that `accept_with_rule(params)` stores: the words of the whole command. Show it to the
/// person who decides.
///
/// Nothing if no rule is stored: for a request that proposes no rule
/// (`proposed_execpolicy_amendment`) or asks for more than a command; for a command that is more
/// than plain words, as `approvals::allow_commands` parses them; for a program that may run more
/// than itself (`allow_commands` lists those that do not): `sh x.sh`, `make`, `git`; and for a
/// listed program that writes, and so could write anywhere: `tee log.txt`, `cp a b`, `rm a`.
[[nodiscard]] std::optional<std::vector<std::string>> proposed_rule(
    const protocol::CommandExecutionRequestApprovalParams& params);

/// Yes, and from now on the runtime runs commands that begin with these words unasked and without
/// the sandbox: the rule is `proposed_rule(params)`, the whole command, even if the model proposes
/// a shorter one. If there is no rule, accepts only this once.
///
/// A rule is a prefix: `cat a` also allows `cat a b`. It applies in every folder and for every
/// thread and process with this CODEX_HOME, until it is deleted from `rules/default.rules` there.
[[nodiscard]] protocol::CommandExecutionRequestApprovalResponse accept_with_rule(
    const protocol::CommandExecutionRequestApprovalParams& params);

/// The same with your own rule: one or more of the first words of the command. It may be wider than
/// `proposed_rule(params)`, and for any program: `{"find"}` allows `find -exec`.
///
/// Throws std::invalid_argument if the command does not begin with these words, is more than plain
/// words, or if the request asks for more than a command.
[[nodiscard]] protocol::CommandExecutionRequestApprovalResponse accept_with_rule(
    const protocol::CommandExecutionRequestApprovalParams& params,
    const std::vector<std::string>& prefix);

/// The tool of an MCP server that wants to run.
struct McpToolApproval {
  /// The server's name in the runtime's configuration.
  std::string server;
  /// The tool's name.
  std::string tool;
  /// What to ask the user: "Allow the tiny MCP server to run tool "danger"?"
  std::string message;
  /// The arguments of the call.
  Json arguments{};
  /// The server's description of its tool.
  std::string description{};
  /// The server's hints (`destructiveHint`, `readOnlyHint`, ...); null when it gives none.
  Json annotations{};
  /// Whether the runtime offers `accept_for_session`.
  bool can_accept_for_session = false;
};

/// The tool that an elicitation is about, if the runtime asks whether a tool may run. Nothing for a
/// server's own question. `Decision` answers it.
[[nodiscard]] std::optional<McpToolApproval> mcp_tool_approval(
    const protocol::McpServerElicitationRequestParams& params);

}  // namespace approvals
}  // namespace codex
