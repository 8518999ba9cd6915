#include "runtime/trusted_folder_posix.hpp"

#include <array>
#include <cstdio>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr int most_links = 40;  // as in Linux
constexpr mode_t written_by_others = S_IWGRP | S_IWOTH;

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

class Inspection {
 public:
  explicit Inspection(uid_t user) : user_(user) {}

  /// Follows the path from the root, link by link.
  [[nodiscard]] std::string way_to(const fs::path& path) const {
    fs::path place = "/";
    std::string problem = look_at(place, Sticky::will_do);
    std::vector<fs::path> pending;
    const auto follow = [&](const fs::path& next) {
      if (next.is_absolute()) place = "/";
      pending.insert(pending.end(), std::make_reverse_iterator(next.end()),
                     std::make_reverse_iterator(next.begin()));
    };
    follow(path);
    for (int links = 0; problem.empty() && !pending.empty();) {
      const fs::path part = std::move(pending.back());
      pending.pop_back();
      if (part == "..") place = place.parent_path();
      if (part.empty() || part == "/" || part == "." || part == "..") continue;
      const fs::path here = place / part;
      problem = look_at(here, Sticky::will_do);
      std::error_code error;
      if (!fs::is_symlink(here, error)) {
        place = here;
        continue;
      }
      follow(fs::read_symlink(here, error));
      if (error || ++links > most_links) return here.string() + " is a link to nowhere";
    }
    return problem;
  }

  [[nodiscard]] std::string all_of(const fs::path& folder) const {
    std::string problem = look_at(folder, Sticky::will_not_do);
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; problem.empty() && !error && entry != fs::recursive_directory_iterator();
         entry.increment(error)) {
      problem = look_at(entry->path(), Sticky::will_not_do);
    }
    if (problem.empty() && error) return folder.string() + " cannot be read: " + error.message();
    return problem;
  }

 private:
  enum class Sticky { will_do, will_not_do };

  /// Checks only the file or folder itself. Within a runtime there are no links; in the path to it,
  /// their folders and targets count.
  [[nodiscard]] std::string look_at(const fs::path& place, Sticky sticky) const {
    struct stat status {};
    if (::lstat(place.c_str(), &status) != 0) return place.string() + " cannot be examined";
    if (status.st_uid != user_ && status.st_uid != 0) {
      return place.string() + " belongs to another user (" + std::to_string(status.st_uid) + ")";
    }
    const bool on_the_way = sticky == Sticky::will_do;
    if (S_ISLNK(status.st_mode)) return on_the_way ? "" : place.string() + " is a link";
    if ((status.st_mode & written_by_others) == 0) return "";
    if (on_the_way && S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return "";
    return place.string() + " can be written by others (mode " + octal(status.st_mode) + ")";
  }

  uid_t user_;
};

}  // namespace

std::string why_untrusted(const std::filesystem::path& folder, uid_t user) {
  const Inspection inspection(user);
  std::error_code error;
  const fs::path place = fs::absolute(folder, error);
  if (error) return folder.string() + " has no absolute path";
  if (std::string problem = inspection.way_to(place); !problem.empty()) return problem;
  const fs::path target = fs::canonical(place, error);
  if (error) return folder.string() + " cannot be examined";
  return inspection.all_of(target);
}

std::string why_untrusted(const std::filesystem::path& folder) {
  return why_untrusted(folder, ::geteuid());
}

}  // namespace codex::detail
