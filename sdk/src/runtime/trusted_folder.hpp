#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace codex::detail {

/// Why users other than `user` and root could have put the folder there, or can change what is in
/// it or on the way to it; empty when they cannot. It looks at owners and modes: of every folder
/// and link that leads there, where others may add files to a sticky folder, such as /tmp; and of
/// all that is in it, where links are refused. What cannot be examined is not trusted.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder, uid_t user);

/// The same for the user that this process runs as.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder);

}  // namespace codex::detail
