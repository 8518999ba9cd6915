#pragma once

#include <filesystem>

namespace codex::detail {

/// Whether programs run or obey what lies at this path by themselves, so that a patch of it is more
/// than a patch: names with a dot in front below `root`, the folders that the runtime's sandbox
/// protects, and git repositories, also those that have no `.git`. Both paths are absolute. Looks
/// at the file system as it is now; in doubt, it does.
[[nodiscard]] bool is_left_alone(const std::filesystem::path& file,
                                 const std::filesystem::path& root);

}  // namespace codex::detail
