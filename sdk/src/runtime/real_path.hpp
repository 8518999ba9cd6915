#pragma once

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace codex::detail {

/// Where a write to this absolute path ends up: without links, also without those that lead to what
/// does not exist yet, which std::filesystem::weakly_canonical takes for the file itself. Nothing
/// when it cannot be told.
[[nodiscard]] std::optional<std::filesystem::path> real_path(const std::filesystem::path& path);

/// A path that was followed.
struct Way {
  std::filesystem::path end;                 // its `real_path`
  std::vector<std::filesystem::path> links;  // that led there, each in a folder without links
};

/// As `real_path`, with the links that it followed: who can exchange one leads the path elsewhere.
[[nodiscard]] std::optional<Way> follow(const std::filesystem::path& path);

/// Whether a path (UTF-8) is not all there: the runtime had to replace bytes of it, or it has an
/// end within.
[[nodiscard]] bool is_mangled(std::string_view path);

/// The folder of this name, without links; it need not exist yet. Relative to this
/// process' working directory. Throws std::invalid_argument when it is a file, or leads nowhere.
[[nodiscard]] std::filesystem::path real_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
