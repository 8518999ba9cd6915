#include "runtime/real_path.hpp"

#include <cstddef>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "os/device_name.hpp"
#include "os/reparse_point.hpp"
#include "os/utf8_path.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_links = 40;

/// Follows a path link by link.
class LinkFollower {
 public:
  explicit LinkFollower(const fs::path& path) { go(path); }

  /// Nothing if unknown.
  std::optional<Way> follow() && {
    while (!ahead_.empty()) {
      const fs::path name = ahead_.back();
      ahead_.pop_back();
      if (!step(name)) return std::nullopt;
    }
    return Way{std::move(reached_), std::move(links_)};
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
    if (is_device_name(name) || is_reparse_point(next)) return false;
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
    if (error || links_.size() >= max_links) return false;
    links_.push_back(link);
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
  bool missing_ = false;         // `reached_` does not exist
  std::vector<fs::path> links_;
};

}  // namespace

std::optional<Way> follow(const fs::path& path) { return LinkFollower(path).follow(); }

std::optional<fs::path> real_path(const fs::path& path) {
  std::optional<Way> way = follow(path);
  if (!way) return std::nullopt;
  return std::move(way->end);
}

bool is_mangled(std::string_view path) {
  constexpr std::string_view replacement_character = "\xef\xbf\xbd";
  const std::string as_used = utf8_from_path(path_from_utf8(path));
  return path.find('\0') != std::string_view::npos ||
         as_used.find(replacement_character) != std::string::npos;
}

fs::path real_folder(const fs::path& folder) {
  std::error_code error;
  const fs::path absolute = fs::absolute(folder, error);
  const bool is_whole = folder.native().find('\0') == fs::path::string_type::npos;
  std::optional<fs::path> end =
      folder.empty() || !is_whole || error ? std::nullopt : real_path(absolute);
  if (!end || fs::is_regular_file(*end, error)) {
    throw std::invalid_argument("not a folder: " + utf8_from_path(folder));
  }
  return std::move(*end);
}

}  // namespace codex::detail
