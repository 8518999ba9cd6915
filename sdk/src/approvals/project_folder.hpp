#pragma once

#include <filesystem>

namespace codex::detail {

/// The project that this folder without links is part of, as far as its files tell: the topmost
/// folder at or above it that holds what repositories and builds have at their top (`.git`,
/// `Cargo.toml`, `Makefile`). The folder itself where there is none.
[[nodiscard]] std::filesystem::path project_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
