#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace codex::detail {

// Paths are UTF-8 in the SDK's texts, as in the protocol. std::filesystem takes a std::string for
// the ANSI code page on Windows; elsewhere both are the same bytes.

[[nodiscard]] inline std::filesystem::path path_from_utf8(std::string_view text) {
  return {std::u8string(text.begin(), text.end())};
}

[[nodiscard]] inline std::string utf8_from_path(const std::filesystem::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

}  // namespace codex::detail
