#pragma once

#include <filesystem>

namespace codex::detail {

/// Whether this file, which is there, has this name alone (no other hard link). False in doubt.
[[nodiscard]] bool has_one_name(const std::filesystem::path& file) noexcept;

}  // namespace codex::detail
