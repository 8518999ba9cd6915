#pragma once

namespace codex {

/// What commands of the agent may touch, the same for threads and turns.
enum class Sandbox {
  read_only,        ///< Reads files; writes nothing, no network.
  workspace_write,  ///< Writes inside the workspace and its temporary folders; no network.
  full_access,      ///< No restriction.
};

/// Who decides when the agent wants more than its sandbox allows.
enum class ApprovalMode {
  /// The runtime's own reviewer decides: a model that is asked each time; the turn's stream shows
  /// it (`item/autoApprovalReview/started` and `completed`). The runtime still asks the client
  /// about some things, so its `Handlers` matter here, too: whether a tool of an MCP server may
  /// run, questions of such a server, questions to the user, requests for permissions, and every
  /// command under the approval policy "untrusted"
  /// (`.extra_params = {{"approvalPolicy", "untrusted"}}`).
  auto_review,
  /// Nobody: the agent is told that it may not.
  deny_all,
  /// The client decides: `CodexConfig::handlers`, or those of the thread.
  ask,
};

}  // namespace codex
