#pragma once

#include <string>
#include <string_view>

namespace codex::detail {

/// What a program wrote, as the end of an error's text: each stream from a line of its own on,
/// since a secret may be hidden up to the end of its line.
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
