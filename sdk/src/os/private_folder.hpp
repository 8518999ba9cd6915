#pragma once

#include <filesystem>
#include <system_error>

namespace codex::detail {

/// Makes a folder that only this user can enter (mode 0700, whatever the umask), and those above it
/// as `mkdir -p` does. A folder that is there already stays as it is; one that this user cannot
/// read and enter is an error too.
[[nodiscard]] std::error_code make_private_folder(const std::filesystem::path& folder);

}  // namespace codex::detail
