#include "runtime/folder_set.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "runtime/real_path.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

bool begins_with(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

}  // namespace

bool is_in_or_below(const fs::path& path, const fs::path& folder) {
  if (begins_with(path, folder)) return true;
  for (fs::path above = path;; above = above.parent_path()) {
    std::error_code error;
    if (fs::equivalent(above, folder, error) && !error) return true;
    if (!above.has_relative_path()) return false;
  }
}

bool FolderSet::add(const fs::path& folder) {
  std::optional<fs::path> real = folder.is_absolute() ? real_path(folder) : std::nullopt;
  if (!real) return false;
  const auto holds = [&](const fs::path& outer) { return begins_with(*real, outer); };
  if (std::ranges::any_of(folders_, holds)) return true;
  std::erase_if(folders_, [&](const fs::path& inner) { return begins_with(inner, *real); });
  if (folders_.size() >= max_folders_) return false;
  folders_.push_back(std::move(*real));
  return true;
}

bool FolderSet::hold(const fs::path& path) const {
  return std::ranges::any_of(folders_,
                             [&](const fs::path& folder) { return is_in_or_below(path, folder); });
}

bool FolderSet::reach_below(const fs::path& folder) const {
  return std::ranges::any_of(folders_,
                             [&](const fs::path& inner) { return is_in_or_below(inner, folder); });
}

}  // namespace codex::detail
