#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

#include "runtime/trusted_folder.hpp"

namespace codex::detail {

/// As for the user that this process runs as.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder, uid_t user);

}  // namespace codex::detail
