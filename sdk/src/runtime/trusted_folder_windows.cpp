#include <windows.h>

#include <system_error>

#include "os/handle_windows.hpp"
#include "os/others_access_windows.hpp"
#include "os/utf8_path.hpp"
#include "runtime/trusted_folder.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

constexpr ACCESS_MASK to_replace = DELETE | FILE_DELETE_CHILD | WRITE_DAC | WRITE_OWNER;
constexpr ACCESS_MASK to_change =
    to_replace | FILE_WRITE_DATA | FILE_APPEND_DATA | GENERIC_WRITE;  // of a folder: add files

/// Checks the file or folder itself. What a link leads to is unknown: std::filesystem follows few
/// of them, with mingw none.
std::string look_at(const fs::path& place, ACCESS_MASK rights) {
  const Handle opened(
      ::CreateFileW(place.c_str(), READ_CONTROL | FILE_READ_ATTRIBUTES,
                    FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, nullptr, OPEN_EXISTING,
                    FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_OPEN_REPARSE_POINT, nullptr));
  std::string problem = "cannot be examined";
  BY_HANDLE_FILE_INFORMATION info{};
  if (opened.is_open() && ::GetFileInformationByHandle(opened.get(), &info) != 0) {
    const bool is_link = (info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0;
    problem = is_link ? "is a link" : why_open_to_others(opened.get(), rights);
  }
  return problem.empty() ? problem : utf8_from_path(place) + ' ' + problem;
}

std::string look_at_way_to(const fs::path& path) {
  std::string problem;
  fs::path place = path.root_path();
  if (place.has_root_directory()) problem = look_at(place, to_replace);
  for (const fs::path& part : path.relative_path()) {
    if (!problem.empty()) return problem;
    place /= part;
    problem = look_at(place, to_replace);
  }
  return problem;
}

std::string look_at_all_of(const fs::path& folder) {
  std::string problem = look_at(folder, to_change);
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; problem.empty() && !error && entry != fs::recursive_directory_iterator();
       entry.increment(error)) {
    problem = look_at(entry->path(), to_change);
  }
  if (!problem.empty() || !error) return problem;
  return utf8_from_path(folder) + " cannot be read: " + error.message();
}

}  // namespace

std::string why_untrusted(const fs::path& folder) {
  std::error_code error;
  const fs::path place = fs::absolute(folder, error);
  if (error) return utf8_from_path(folder) + " has no absolute path";
  if (std::string problem = look_at_way_to(place); !problem.empty()) return problem;
  const fs::path target = fs::canonical(place, error);
  if (error) return utf8_from_path(folder) + " cannot be examined";
  if (std::string problem = look_at_way_to(target); !problem.empty()) return problem;
  return look_at_all_of(target);
}

}  // namespace codex::detail
