#pragma once

#include <string>

namespace codex::detail {

// What the system says where a variable is not set, as under systemd, cron and in containers.

/// The PATH that finds the system's own programs.
[[nodiscard]] std::string default_search_path();

/// The home folder in this user's password entry; empty when the user has no entry.
[[nodiscard]] std::string home_of_this_user();

}  // namespace codex::detail
