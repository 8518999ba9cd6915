#pragma once

#include <string>
#include <string_view>

namespace codex::detail {

/// A program's output, as the end of an error's text: each stream starts on a new line, since the
/// mask may hide everything up to the end of a line.
inline std::string describe_output(std::string_view stdout_text, std::string_view stderr_tail) {
  std::string text;
  const auto add = [&](std::string_view what, std::string_view output) {
    if (output.empty()) return;
    text.append(text.empty() ? "; " : "\n").append(what).append(":\n").append(output);
  };
  add("stdout has no message, but", stdout_text);
  add("stderr ends with", stderr_tail);
  return text;
}

}  // namespace codex::detail
