#pragma once

#include <filesystem>
#include <system_error>

namespace codex::detail {

/// Makes a folder that only this user can enter (mode 0700, whatever the umask), and those above it
/// like `mkdir -p`. An existing folder stays unchanged; it is an error if this user cannot read and
/// enter it.
[[nodiscard]] std::error_code make_private_folder(const std::filesystem::path& folder);

/// Why this user cannot list and enter a folder that is there; no error if that is possible.
[[nodiscard]] std::error_code why_folder_is_closed(const std::filesystem::path& folder);

/// The last of them alone, in a folder that is there. An existing one is an error (file_exists).
[[nodiscard]] std::error_code make_new_private_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
