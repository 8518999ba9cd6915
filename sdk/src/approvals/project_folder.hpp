#pragma once

#include <filesystem>

namespace codex::detail {

/// The project of this folder, whose path has no links: the topmost folder at or above it with a
/// file that marks the top of repositories and builds (`.git`, `Cargo.toml`, `Makefile`). The
/// folder itself if there is none.
[[nodiscard]] std::filesystem::path project_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
