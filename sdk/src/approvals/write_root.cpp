#include "approvals/write_root.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "os/file_names.hpp"
#include "os/utf8_path.hpp"
#include "runtime/real_path.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

bool has_parent_step(const fs::path& path) {
  return std::ranges::any_of(path, [](const fs::path& name) { return name == ".."; });
}

bool lies_below(const fs::path& path, const fs::path& folder) {
  const auto [rest, below] = std::ranges::mismatch(folder, path);
  return rest == folder.end() && below != path.end();
}

/// Writing a file with a second name also changes it there, wherever that is.
bool is_missing_or_has_one_name(const fs::path& file) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(file, error).type();
  if (type == fs::file_type::not_found) return true;
  return type == fs::file_type::regular && has_one_name(file);
}

}  // namespace

WriteRoot::WriteRoot(const fs::path& folder) : folder_(real_folder(folder)) {}

bool WriteRoot::holds(std::string_view path) const {
  if (is_mangled(path)) return false;
  const fs::path file = path_from_utf8(path);
  if (!file.is_absolute() || has_parent_step(file)) return false;
  // Checks the entry itself, too: a link elsewhere would be deleted or moved there.
  const std::optional<fs::path> parent = real_path(file.parent_path());
  const bool is_within = parent && (*parent == folder_ || lies_below(*parent, folder_));
  const std::optional<fs::path> end = real_path(file);
  return is_within && end && lies_below(*end, folder_) && is_missing_or_has_one_name(*end);
}

}  // namespace codex::detail
