#pragma once

#include <filesystem>
#include <optional>

namespace codex::detail {

/// Where a write to this absolute path ends up: without links, also without those that lead to what
/// does not exist yet, which std::filesystem::weakly_canonical takes for the file itself. Nothing
/// when it cannot be told.
[[nodiscard]] std::optional<std::filesystem::path> real_path(const std::filesystem::path& path);

}  // namespace codex::detail
