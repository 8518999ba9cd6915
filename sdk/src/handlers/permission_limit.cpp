#include "handlers/permission_limit.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "os/utf8_path.hpp"
#include "runtime/real_path.hpp"

namespace codex::detail {
namespace {

using protocol::AdditionalFileSystemPermissions;
using protocol::FileSystemAccessMode;
using protocol::FileSystemSandboxEntry;
using Entries = std::vector<FileSystemSandboxEntry>;
using Paths = Optional<std::vector<std::string>>;

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  auto part = path.begin();
  for (const auto& folder_part : folder) {
    if (folder_part.empty()) continue;  // of a slash at the end
    if (part == path.end() || *part != folder_part) return false;
    ++part;
  }
  return true;
}

/// As written and as the file system has it.
bool covers(const std::string& folder, const std::string& path) {
  if (folder == path) return true;
  const std::filesystem::path inner = path_from_utf8(path);
  const std::filesystem::path outer = path_from_utf8(folder);
  if (!inner.is_absolute() || !outer.is_absolute()) return false;
  if (!is_below(inner.lexically_normal(), outer.lexically_normal())) return false;
  const auto real_inner = real_path(inner);
  const auto real_outer = real_path(outer);
  return real_inner && real_outer && is_below(*real_inner, *real_outer);
}

bool covers(const protocol::FileSystemPath& asked, const protocol::FileSystemPath& granted) {
  if (asked == granted) return true;
  const auto* outer = asked.as<protocol::PathFileSystemPath>();
  const auto* inner = granted.as<protocol::PathFileSystemPath>();
  return outer && inner && covers(outer->path, inner->path);
}

/// Who may write may read.
bool covers(const FileSystemSandboxEntry& asked, const FileSystemSandboxEntry& granted) {
  if (granted.access == FileSystemAccessMode::deny) return true;
  const bool suffices =
      asked.access == granted.access ||
      (asked.access == FileSystemAccessMode::write && granted.access == FileSystemAccessMode::read);
  return suffices && asked.access != FileSystemAccessMode::deny && covers(asked.path, granted.path);
}

FileSystemSandboxEntry entry(FileSystemAccessMode access, const std::string& path) {
  return {.access = std::move(access), .path = protocol::PathFileSystemPath{.path = path}};
}

/// All that was asked for as entries, whichever way it was said.
Entries all_entries(const AdditionalFileSystemPermissions& asked) {
  Entries all;
  if (asked.entries) all = *asked.entries;
  if (asked.read) {
    for (const auto& path : *asked.read) all.push_back(entry(FileSystemAccessMode::read, path));
  }
  if (asked.write) {
    for (const auto& path : *asked.write) all.push_back(entry(FileSystemAccessMode::write, path));
  }
  return all;
}

bool is_covered(const Entries& asked, const FileSystemSandboxEntry& granted) {
  return granted.access == FileSystemAccessMode::deny ||
         std::any_of(asked.begin(), asked.end(),
                     [&](const auto& entry) { return covers(entry, granted); });
}

bool limit_paths(const Entries& asked, const FileSystemAccessMode& access, Paths& granted) {
  if (!granted) return false;
  return std::erase_if(*granted, [&](const std::string& path) {
           return !is_covered(asked, entry(access, path));
         }) != 0;
}

/// Whoever leaves a denial out grants more than was asked for.
bool keep_denials(const Entries& asked, Optional<Entries>& granted) {
  bool was_missing = false;
  for (const auto& denial : asked) {
    if (denial.access != FileSystemAccessMode::deny) continue;
    if (!granted) granted = Entries();
    if (std::find(granted->begin(), granted->end(), denial) != granted->end()) continue;
    granted->push_back(denial);
    was_missing = true;
  }
  return was_missing;
}

bool limit_extra(const Extra& asked, Extra& granted) {
  bool was_more = false;
  const Json members = granted.json();
  for (const auto& [name, value] : members.items()) {
    const Json* same = asked.find(name);
    if (same && *same == value) continue;
    granted.erase(name);
    was_more = true;
  }
  return was_more;
}

bool limit_files(const AdditionalFileSystemPermissions& asked,
                 AdditionalFileSystemPermissions& granted) {
  const Entries all = all_entries(asked);
  bool was_more = limit_paths(all, FileSystemAccessMode::read, granted.read);
  was_more |= limit_paths(all, FileSystemAccessMode::write, granted.write);
  if (granted.entries) {
    was_more |= std::erase_if(*granted.entries,
                              [&](const auto& entry) { return !is_covered(all, entry); }) != 0;
  }
  was_more |= keep_denials(all, granted.entries);
  granted.glob_scan_max_depth = asked.glob_scan_max_depth;
  was_more |= limit_extra(asked.extra, granted.extra);
  return was_more;
}

}  // namespace

bool limit_to(const protocol::RequestPermissionProfile& asked,
              protocol::GrantedPermissionProfile& granted) {
  bool was_more = limit_extra(asked.extra, granted.extra);
  if (granted.file_system) {
    if (!asked.file_system) {
      granted.file_system.reset();
      was_more = true;
    } else {
      was_more |= limit_files(*asked.file_system, *granted.file_system);
    }
  }
  if (granted.network) {
    const bool may = asked.network && asked.network->enabled.value_or(false);
    if (!may && granted.network->enabled.value_or(false)) {
      granted.network.reset();
      was_more = true;
    } else if (!granted.network->extra.empty()) {
      was_more |=
          limit_extra(asked.network ? asked.network->extra : Extra(), granted.network->extra);
    }
  }
  return was_more;
}

}  // namespace codex::detail
