#include "approvals/write_root.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr int max_links = 40;

/// Follows a path link by link to where a write to it ends up. std::filesystem::weakly_canonical
/// takes a link to what does not exist for the file itself; a write goes through it.
class LinkFollower {
 public:
  explicit LinkFollower(const fs::path& path) { go(path); }

  /// Nothing when it cannot be told.
  std::optional<fs::path> follow() {
    while (!ahead_.empty()) {
      const fs::path name = ahead_.back();
      ahead_.pop_back();
      if (!step(name)) return std::nullopt;
    }
    return reached_;
  }

 private:
  bool step(const fs::path& name) {
    if (name.empty() || name == ".") return true;
    if (name == "..") {
      if (missing_) return false;
      reached_ = reached_.parent_path();
      return true;
    }
    const fs::path next = reached_ / name;
    if (next == "/proc") return false;  // its links lead each process elsewhere
    std::error_code error;
    const fs::file_type type = fs::symlink_status(next, error).type();
    if (type == fs::file_type::symlink) return follow_link(next);
    if (type == fs::file_type::not_found) missing_ = true;
    const bool known = type == fs::file_type::directory || type == fs::file_type::not_found;
    const bool last = type == fs::file_type::regular && ahead_.empty();
    reached_ = next;
    return known || last;
  }

  bool follow_link(const fs::path& link) {
    std::error_code error;
    const fs::path target = fs::read_symlink(link, error);
    if (error || ++links_ > max_links) return false;
    go(target);
    return true;
  }

  void go(const fs::path& path) {
    if (path.is_absolute()) reached_ = path.root_path();
    const fs::path relative = path.relative_path();
    const std::vector<fs::path> names(relative.begin(), relative.end());
    ahead_.insert(ahead_.end(), names.rbegin(), names.rend());
  }

  fs::path reached_;             // absolute, without links
  std::vector<fs::path> ahead_;  // the next one last
  bool missing_ = false;         // what was reached does not exist
  int links_ = 0;
};

bool has_parent_step(const fs::path& path) {
  return std::ranges::any_of(path, [](const fs::path& name) { return name == ".."; });
}

bool lies_below(const fs::path& path, const fs::path& folder) {
  const auto [rest, below] = std::ranges::mismatch(folder, path);
  return rest == folder.end() && below != path.end();
}

/// A file with a second name is changed under that name too, wherever that is.
bool is_missing_or_has_one_name(const fs::path& file) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(file, error).type();
  if (type == fs::file_type::not_found) return true;
  return type == fs::file_type::regular && fs::hard_link_count(file, error) == 1 && !error;
}

/// A path that is not all there: the runtime had to replace bytes of it, or it has an end within.
bool is_mangled(std::string_view path) {
  constexpr std::string_view replacement_character = "\xef\xbf\xbd";
  return path.find('\0') != std::string_view::npos ||
         path.find(replacement_character) != std::string_view::npos;
}

}  // namespace

WriteRoot::WriteRoot(const fs::path& folder) {
  std::error_code error;
  const fs::path absolute = fs::absolute(folder, error);
  const std::optional<fs::path> end =
      folder.empty() || error ? std::nullopt : LinkFollower(absolute).follow();
  if (!end || fs::is_regular_file(*end, error)) {
    throw std::invalid_argument("not a folder to write in: " + folder.string());
  }
  folder_ = *end;
}

bool WriteRoot::holds(std::string_view path) const {
  if (is_mangled(path)) return false;
  const fs::path file(std::u8string(path.begin(), path.end()));
  if (!file.is_absolute() || has_parent_step(file)) return false;
  // The entry itself, too: a link that lies elsewhere would be deleted or moved there.
  const std::optional<fs::path> parent = LinkFollower(file.parent_path()).follow();
  const bool is_within = parent && (*parent == folder_ || lies_below(*parent, folder_));
  const std::optional<fs::path> end = LinkFollower(file).follow();
  return is_within && end && lies_below(*end, folder_) && is_missing_or_has_one_name(*end);
}

}  // namespace codex::detail
