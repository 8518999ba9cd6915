#include <algorithm>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/turn.hpp>

#include "approvals/write_root.hpp"

namespace codex::approvals {
namespace {

using codex::detail::WriteRoot;

/// The files that a request writes; empty when that cannot be told.
using Paths = std::vector<std::string>;

/// Adds where a file is moved to, if it is. False when the kind of change is not known.
template <class Update, class Change>
bool add_destination(const Change& change, Paths& paths) {
  if (change.template is<protocol::Unknown>()) return false;
  const auto* update = change.template as<Update>();
  if (update && update->move_path) paths.push_back(*update->move_path);
  return true;
}

Paths paths_of(const protocol::FileChangeRequestApprovalParams& params,
               const HandlerContext& context) {
  const auto item = context.item();
  const auto* started = item ? item->as<protocol::FileChangeThreadItem>() : nullptr;
  if (!started || started->id != params.item_id) return {};
  Paths paths;
  for (const protocol::FileUpdateChange& change : started->changes) {
    paths.push_back(change.path);
    if (!add_destination<protocol::UpdatePatchChangeKind>(change.kind, paths)) return {};
  }
  return paths;
}

Paths paths_of(const protocol::ApplyPatchApprovalParams& params) {
  Paths paths;
  for (const auto& [path, change] : params.file_changes) {
    paths.push_back(path);
    if (!add_destination<protocol::UpdateFileChange>(change, paths)) return {};
  }
  return paths;
}

Paths paths_of(const Request& request) {
  if (request.file_change && !request.file_change->grant_root) {
    return paths_of(*request.file_change, request.context);
  }
  if (request.apply_patch && !request.apply_patch->grant_root) {
    return paths_of(*request.apply_patch);
  }
  return {};
}

}  // namespace

Policy allow_writes_under(const std::string& folder) {
  const WriteRoot root(std::filesystem::path(std::u8string(folder.begin(), folder.end())));
  return [root](const Request& request) -> std::optional<Decision> {
    const Paths paths = paths_of(request);
    const auto holds = [&](const std::string& path) { return root.holds(path); };
    if (paths.empty() || !std::ranges::all_of(paths, holds)) return std::nullopt;
    return accept();
  };
}

}  // namespace codex::approvals
