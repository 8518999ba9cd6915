#pragma once

#include <filesystem>

namespace codex::testing {

/// Whether users other than this one, and the system's administrators, can enter or read it.
[[nodiscard]] bool is_open_to_others(const std::filesystem::path& place);

}  // namespace codex::testing
