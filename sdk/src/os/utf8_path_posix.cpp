#include "os/utf8_path.hpp"

namespace codex::detail {

std::filesystem::path path_from_utf8(std::string_view text) { return {text}; }

std::string utf8_from_path(const std::filesystem::path& path) { return path.string(); }

}  // namespace codex::detail
