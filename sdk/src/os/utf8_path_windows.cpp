#include "os/utf8_path.hpp"
#include "os/wide_windows.hpp"

namespace codex::detail {

std::filesystem::path path_from_utf8(std::string_view text) { return {wide(text)}; }

std::string utf8_from_path(const std::filesystem::path& path) { return narrow(path.native()); }

}  // namespace codex::detail
