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
  auto_review,  ///< The runtime's own reviewer decides; some cases still ask the client.
  deny_all,     ///< Nobody: the agent is told that it may not.
};

}  // namespace codex
