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

/// Answers for those who are asked whether the agent may.
namespace approvals {

/// Yes or no. Handlers of every kind of approval may return it.
class Decision {
 public:
  /// What it says, as the functions of those names explain.
  enum class Kind : std::uint8_t { accept, accept_for_session, decline, cancel };

  /// `accept()`, `decline()` and so on are shorter.
  explicit Decision(Kind kind, std::string reason = {}) : kind_(kind), reason_(std::move(reason)) {}

  /// What it says.
  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  /// For people; the older requests tell it to the model. Empty when there is none.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

  bool operator==(const Decision&) const = default;

  // For the requests whose answer does not depend on what was asked.
  /// The answer to `item/commandExecution/requestApproval`.
  operator protocol::CommandExecutionRequestApprovalResponse() const;
  /// The answer to `item/fileChange/requestApproval`.
  operator protocol::FileChangeRequestApprovalResponse() const;
  /// The answer to `applyPatchApproval`.
  operator protocol::ApplyPatchApprovalResponse() const;
  /// The answer to `execCommandApproval`.
  operator protocol::ExecCommandApprovalResponse() const;

  /// Grants all that was asked for, for the turn or the session, or nothing. A `cancel` is a no
  /// like any other: this request cannot end the turn.
  [[nodiscard]] protocol::PermissionsRequestApprovalResponse answer(
      const protocol::PermissionsRequestApprovalParams& params) const;

  /// Lets the tool of an MCP server run, or agrees to what an MCP server asks. A form that wants to
  /// be filled in, and a proof of who the user is, cannot be agreed to by a mere yes: they are
  /// declined. `accept_for_session` is an `accept` where the runtime does not offer more.
  [[nodiscard]] protocol::McpServerElicitationRequestResponse answer(
      const protocol::McpServerElicitationRequestParams& params) const;

 private:
  Kind kind_;
  std::string reason_;
};

/// Yes, this once.
[[nodiscard]] inline Decision accept() { return Decision(Decision::Kind::accept); }
/// Yes, and do not ask again for the like in this session: for the same command in the same folder,
/// or for the same files. The runtime compares the words of a command, not what they run: after a
/// yes to `sh x.sh` the agent may change `x.sh` and run it unasked.
[[nodiscard]] inline Decision accept_for_session() {
  return Decision(Decision::Kind::accept_for_session);
}
/// No. The turn goes on, and the agent may try something else.
[[nodiscard]] inline Decision decline(std::string reason = {}) {
  return Decision(Decision::Kind::decline, std::move(reason));
}
/// No, and the turn ends as `interrupted`.
[[nodiscard]] inline Decision cancel() { return Decision(Decision::Kind::cancel); }

/// The rule that `accept_with_rule(params)` stores: the words of the whole command. Show it to the
/// person who decides.
///
/// Nothing where that is a mere yes: for a request that proposes no rule
/// (`proposed_execpolicy_amendment`) or asks for more than a command; for a command that is more
/// than plain words, as `approvals::allow_commands` parses them; for a program that is not among
/// those which run nothing but themselves (`allow_commands` lists them): `sh x.sh`, `make`, `git`;
/// and for one of them that writes, and so could write anywhere: `tee log.txt`, `cp a b`, `rm a`.
[[nodiscard]] std::optional<std::vector<std::string>> proposed_rule(
    const protocol::CommandExecutionRequestApprovalParams& params);

/// Yes, and from now on the runtime runs commands that begin with these words unasked and without
/// the sandbox: the rule is `proposed_rule(params)`, the whole command, whatever shorter one the
/// model would like. A mere yes where there is none.
///
/// A rule is a beginning: `cat a` allows `cat a b`, too. It holds in every folder and for every
/// thread and process with this CODEX_HOME, until it is deleted from `rules/default.rules` there.
[[nodiscard]] protocol::CommandExecutionRequestApprovalResponse accept_with_rule(
    const protocol::CommandExecutionRequestApprovalParams& params);

/// The same with a rule of your own: the first words of the command, one or more of them. It may be
/// wider than `proposed_rule(params)`, and of any program: `{"find"}` allows `find -exec`.
///
/// Throws std::invalid_argument where the command does not begin with these words, is more than
/// plain words, or comes with a request for more than a command.
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
  /// What the tool is called with.
  Json arguments{};
  /// What the server says of its tool.
  std::string description{};
  /// The server's hints (`destructiveHint`, `readOnlyHint`, ...); null when it gives none.
  Json annotations{};
  /// Whether `accept_for_session` is on offer.
  bool can_accept_for_session = false;
};

/// What an elicitation is about when it is no question of the server's but the runtime's: whether a
/// tool may run. Nothing for any other. `Decision` answers it.
[[nodiscard]] std::optional<McpToolApproval> mcp_tool_approval(
    const protocol::McpServerElicitationRequestParams& params);

}  // namespace approvals
}  // namespace codex
