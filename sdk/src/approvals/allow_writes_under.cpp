#include <algorithm>
#include <array>
#include <filesystem>

#include <codex/policies.hpp>
#include <codex/protocol/session.hpp>
#include <codex/protocol/turn.hpp>

#include "approvals/left_alone.hpp"
#include "approvals/write_root.hpp"
#include "handlers/agent_reach.hpp"
#include "os/utf8_path.hpp"
#include "runtime/real_path.hpp"

namespace codex::approvals {
namespace {

namespace fs = std::filesystem;
using codex::detail::WriteRoot;

/// The files that a request writes; empty if unknown.
using Paths = std::vector<std::string>;

/// Adds the target of a moved file. False if the kind of change is unknown.
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

/// Whether only the runtime can change where a write to this path leads after the check.
bool stays(const fs::path& path, const HandlerContext& context) {
  const auto& reach = origin_of(context.origin).reach;
  return !reach || (!reach->commands_can_write(context.thread_id, path) &&
                    !reach->is_running_around(path.parent_path()));
}

/// The same for the links in the path, wherever they are.
bool links_stay(const std::vector<fs::path>& links, const HandlerContext& context) {
  const auto& reach = origin_of(context.origin).reach;
  return !reach || std::ranges::none_of(links, [&](const fs::path& link) {
    const fs::path folder = link.parent_path();
    return reach->commands_can_write(context.thread_id, folder) || reach->is_running_around(folder);
  });
}

bool may_be_written(const std::string& path, const WriteRoot& root, const HandlerContext& context) {
  if (!root.holds(path)) return false;
  const fs::path file = codex::detail::path_from_utf8(path);
  // Links are followed to the file, and the entry itself may be moved or deleted.
  const auto parent = codex::detail::real_path(file.parent_path());
  const auto way = codex::detail::follow(file);
  if (!parent || !way || !links_stay(way->links, context)) return false;
  const fs::path entry = *parent / file.filename();
  return std::ranges::all_of(std::array{entry, way->end}, [&](const fs::path& real) {
    return !codex::detail::is_left_alone(real, root.folder()) && stays(real, context);
  });
}

}  // namespace

Policy allow_writes_under(const std::string& folder) {
  const WriteRoot root(codex::detail::path_from_utf8(folder));
  return [root](const Request& request) -> std::optional<Decision> {
    const Paths paths = paths_of(request);
    const HandlerContext context = codex::detail::reach_alone(request.context);
    const auto still = [root, paths, context] {
      return std::ranges::all_of(
          paths, [&](const std::string& path) { return may_be_written(path, root, context); });
    };
    if (paths.empty() || !still()) return std::nullopt;
    request.context.only_if(still);
    return accept();
  };
}

}  // namespace codex::approvals
