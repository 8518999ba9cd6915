#pragma once

#include <string>
#include <string_view>

namespace codex::detail {

/// The last line that a program wrote to each stream, as the end of an error's text. Each starts on
/// a new line, since the mask may hide everything up to the end of a line.
[[nodiscard]] std::string describe_output(std::string_view stdout_text,
                                          std::string_view stderr_tail);

}  // namespace codex::detail
