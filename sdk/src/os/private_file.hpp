#pragma once

#include <filesystem>
#include <system_error>

namespace codex::detail {

/// Copies a small file (1 MiB at most) to a new one that only this user can read (mode 0600). It
/// appears whole or not at all. If `to` exists, nothing happens.
[[nodiscard]] std::error_code copy_private_file(const std::filesystem::path& from,
                                                const std::filesystem::path& to);

}  // namespace codex::detail
