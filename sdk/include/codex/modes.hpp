#pragma once

namespace codex {

/// What commands of the agent may touch, the same for threads and turns.
enum class Sandbox {
  read_only,        ///< Reads files; writes nothing, no network.
  workspace_write,  ///< Writes inside the workspace and its temporary folders; no network.
  full_access,      ///< No restriction at all.
};

/// Who decides when the agent wants more than its sandbox allows.
enum class ApprovalMode {
  /// The runtime's own reviewer decides, a model that is asked each time; the turn's stream tells
  /// (`item/autoApprovalReview/started` and `completed`). Some things are asked of the client all
  /// the same, so that its `Handlers` matter here, too: whether a tool of an MCP server may run,
  /// what such a server asks, questions to the user, requests for permissions, and every command
  /// under the approval policy "untrusted" (`.extra_params = {{"approvalPolicy", "untrusted"}}`).
  auto_review,
  /// Nobody: the agent is told that it may not.
  deny_all,
  /// The client does: `CodexConfig::handlers`, or those of the thread.
  ask,
};

}  // namespace codex
