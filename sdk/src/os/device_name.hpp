#pragma once

#include <filesystem>

namespace codex::detail {

/// Whether this part of a path stands for a device on Windows, in whatever folder: `NUL`,
/// `com1.txt`.
[[nodiscard]] bool is_device_name(const std::filesystem::path& name);

}  // namespace codex::detail
