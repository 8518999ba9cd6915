#pragma once

#include <filesystem>
#include <string>

namespace codex::detail {

/// Why users other than this one and root could have put the folder there, or can change its
/// content or the path to it; empty if they cannot. Checks owners and modes: of every folder and
/// link in the path, where sticky folders such as /tmp are allowed; and of everything in the
/// folder, where links are refused. What cannot be examined is not trusted.
///
/// On Windows, owners and access lists: in the path, others may add files, but replace none. The
/// system and its administrators are trusted there.
[[nodiscard]] std::string why_untrusted(const std::filesystem::path& folder);

}  // namespace codex::detail
