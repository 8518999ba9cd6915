#include "approvals/project_folder.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>

namespace codex::detail {
namespace {

namespace fs = std::filesystem;

// Sorted. Files that programs look for above their folder, and that mark the top of a project.
// HEAD: of a repository without a `.git`.
constexpr auto markers = std::to_array<std::string_view>({
    ".bzr",
    ".git",
    ".hg",
    ".svn",
    "CMakeLists.txt",
    "Cargo.toml",
    "GNUmakefile",
    "Gemfile",
    "HEAD",
    "MODULE.bazel",
    "Makefile",
    "Rakefile",
    "WORKSPACE",
    "WORKSPACE.bazel",
    "build.gradle",
    "build.gradle.kts",
    "build.ninja",
    "composer.json",
    "configure.ac",
    "conftest.py",
    "deno.json",
    "go.mod",
    "go.work",
    "justfile",
    "lerna.json",
    "makefile",
    "meson.build",
    "mix.exs",
    "nx.json",
    "package.json",
    "pnpm-workspace.yaml",
    "pom.xml",
    "pyproject.toml",
    "pytest.ini",
    "settings.gradle",
    "settings.gradle.kts",
    "setup.cfg",
    "setup.py",
    "tox.ini",
    "tsconfig.json",
    "turbo.json",
});
static_assert(std::ranges::is_sorted(markers));

/// True in doubt. Sandboxes leave empty folders with such names, which mark nothing.
bool is_there(const fs::path& marker) {
  std::error_code error;
  const fs::file_type type = fs::symlink_status(marker, error).type();
  if (type == fs::file_type::not_found) return false;
  return type != fs::file_type::directory || !fs::is_empty(marker, error) || error;
}

bool is_marked(const fs::path& folder) {
  return std::ranges::any_of(markers,
                             [&](std::string_view name) { return is_there(folder / name); });
}

}  // namespace

fs::path project_folder(const fs::path& folder) {
  fs::path top = folder;
  for (fs::path above = folder;; above = above.parent_path()) {
    if (is_marked(above)) top = above;
    if (!above.has_relative_path()) return top;
  }
}

}  // namespace codex::detail
