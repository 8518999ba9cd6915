#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace codex::detail {

/// Where a write to this absolute path ends up: without links, even those to paths that do not
/// exist yet, which std::filesystem::weakly_canonical treats as the file itself. Nothing if
/// unknown.
[[nodiscard]] std::optional<std::filesystem::path> real_path(const std::filesystem::path& path);

/// A path that was followed.
struct Way {
  std::filesystem::path end;                 // its `real_path`
  std::vector<std::filesystem::path> links;  // that led there, each in a folder without links
};

/// As `real_path`, with the links that it followed: replacing one of them redirects the path.
[[nodiscard]] std::optional<Way> follow(const std::filesystem::path& path);

/// Whether a path (UTF-8) is damaged: the runtime or this system had to replace bytes, or it
/// contains a zero byte.
[[nodiscard]] bool is_mangled(std::string_view path);

/// The folder of this name, without links; it need not exist yet. Relative to this process' working
/// directory. Throws std::invalid_argument if it is a file or a broken link.
[[nodiscard]] std::filesystem::path real_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
