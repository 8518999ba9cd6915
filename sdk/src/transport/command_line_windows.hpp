#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

/// A program's arguments as the one text that Windows passes on, so that CommandLineToArgvW and the
/// C libraries read them back.
[[nodiscard]] std::wstring command_line(const std::vector<std::string>& argv);

}  // namespace codex::detail
