#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace codex::detail {

// Paths are UTF-8 in the SDK's texts, as in the protocol. std::filesystem takes a std::string for
// the ANSI code page on Windows, and throws what is not valid; here U+FFFD takes its place: ask
// `is_mangled` before a path counts. Elsewhere both are the same bytes.

[[nodiscard]] std::filesystem::path path_from_utf8(std::string_view text);
[[nodiscard]] std::string utf8_from_path(const std::filesystem::path& path);

}  // namespace codex::detail
