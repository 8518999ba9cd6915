#pragma once

#include <string>

namespace codex::detail {

// The system's defaults for unset variables, as under systemd, cron and in containers.

/// The PATH that finds the system's own programs.
[[nodiscard]] std::string default_search_path();

/// The home folder in this user's password entry; empty if the user has no entry.
[[nodiscard]] std::string home_of_this_user();

}  // namespace codex::detail
