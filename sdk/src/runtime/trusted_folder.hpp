#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace codex::detail {

/// Why users other than `user` and root could have put the folder there, or can change its content
/// or the path to it; empty if they cannot. Checks owners and modes: of every folder and link in
/// the path, where sticky folders such as /tmp are allowed; and of everything in the folder, where
/// links are refused. What cannot be examined is not trusted.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder, uid_t user);

/// The same for the user that this process runs as.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder);

}  // namespace codex::detail
