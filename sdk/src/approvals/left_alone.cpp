#include "approvals/left_alone.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <system_error>

#include "os/utf8_path.hpp"
#include "runtime/folder_set.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

/// Normalises a name as the laxest file systems do: some ignore case and invisible characters, some
/// trailing dots and blanks.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x80) plain += ascii_lower(c);
  }
  plain.erase(plain.find_last_not_of(". ") + 1);
  return plain;
}

bool is_protected(const std::string& plain) {
  return plain == ".git" || plain == ".codex" || plain == ".agents";
}

/// Windows has short names (`git~1`) and streams (`a:b`) for a file; a name with invisible
/// characters may be any.
bool may_be_another(std::string_view name) {
  for (std::size_t i = 0; i + 1 < name.size(); ++i) {
    if (name[i] == '~' && is_ascii_digit(name[i + 1])) return true;
  }
  return name.find_first_of(":\\") != std::string_view::npos || name.ends_with('.') ||
         name.ends_with(' ') || printable(name) != name;
}

bool is_left_alone(std::string_view name) {
  return name.starts_with('.') || may_be_another(name) || is_protected(plain_name(name));
}

/// Git treats a folder with HEAD as a repository, if it has objects and refs, here or elsewhere.
bool may_be_repository(const fs::path& folder) {
  std::error_code error;
  return fs::symlink_status(folder / "HEAD", error).type() != fs::file_type::not_found;
}

}  // namespace

bool is_left_alone(const fs::path& file, const fs::path& root) {
  if (std::ranges::any_of(file, [](const fs::path& name) {
        return is_protected(plain_name(utf8_from_path(name)));
      })) {
    return true;
  }
  for (fs::path path = file; path.has_relative_path(); path = path.parent_path()) {
    if (may_be_repository(path.parent_path())) return true;
  }
  const auto [root_end, below] = std::ranges::mismatch(root, file);
  if (root_end != root.end()) return true;
  return plain_name(utf8_from_path(file.filename())) == "head" ||
         std::any_of(below, file.end(),
                     [](const fs::path& name) { return is_left_alone(utf8_from_path(name)); });
}

}  // namespace codex::detail
