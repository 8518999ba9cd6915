#include "mask/describe_output.hpp"

#include "mask/mask.hpp"

namespace codex::detail {
namespace {

std::string_view last_line_of(std::string_view text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string_view::npos) return {};
  text = text.substr(0, end + 1);
  return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
}

/// The line that says why: the runtime's "Error: ", which a backtrace follows, else the last one.
std::string_view reason_in(std::string_view text) {
  constexpr std::string_view mark = "\nError: ";
  const std::size_t found = text.rfind(mark);
  if (found != std::string_view::npos) text = text.substr(found + 1);
  if (!text.starts_with(mark.substr(1))) return last_line_of(text);
  return text.substr(0, text.find('\n'));
}

}  // namespace

std::string describe_output(std::string_view stdout_text, std::string_view stderr_tail) {
  std::string text;
  const auto add = [&](std::string_view what, std::string_view output) {
    const std::string_view line = reason_in(output);
    if (!line.empty()) text.append("\n").append(what).append(excerpt(line));
  };
  add("stdout has no message, but ends with: ", stdout_text);
  add("stderr ends with: ", stderr_tail);
  return text;
}

}  // namespace codex::detail
