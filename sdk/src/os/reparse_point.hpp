#pragma once

#include <filesystem>

namespace codex::detail {

/// Whether Windows looks for the file elsewhere: by a junction, a mounted folder or a link.
/// std::filesystem knows few of them there, and all links elsewhere. In doubt, it does.
[[nodiscard]] bool is_reparse_point(const std::filesystem::path& file) noexcept;

}  // namespace codex::detail
