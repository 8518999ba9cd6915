#pragma once

#include <filesystem>

namespace codex::detail {

/// Whether programs run or obey the file at this path on their own, so that a patch may run code:
/// names with a leading dot below `root`, the folders that the runtime's sandbox protects, and git
/// repositories, also those without a `.git`. Both paths are absolute. Checks the current file
/// system; true in doubt.
[[nodiscard]] bool is_left_alone(const std::filesystem::path& file,
                                 const std::filesystem::path& root);

}  // namespace codex::detail
