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
  /// (`item/autoApprovalReview/started` and `completed`). Some cases ask the client all the same,
  /// so that `Handlers` matter here too: tools of MCP servers and what these servers ask, questions
  /// to the user, requests for permissions, and each command where the configured approval policy
  /// is "untrusted" (`thread_start({.approval_mode = std::nullopt, ...})`).
  auto_review,
  /// Nobody: the agent is told that it may not.
  deny_all,
  /// The client does: `CodexConfig::handlers`, or those of the thread.
  ask,
};

}  // namespace codex
