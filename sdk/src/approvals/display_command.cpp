#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include <codex/display_command.hpp>
#include <codex/protocol/everyday.hpp>

#include "approvals/shell_words.hpp"

namespace codex {
namespace {

/// Reads what stands between quotes of this kind, up to the second one. In double quotes a
/// backslash keeps the few characters that mean something there.
bool read_quoted(std::string_view& text, char quote, std::string& out) {
  while (!text.empty() && text.front() != quote) {
    const bool is_escape = quote == '"' && text.front() == '\\' && text.size() > 1 &&
                           std::string_view("\"\\$`").find(text[1]) != std::string_view::npos;
    if (is_escape) text.remove_prefix(1);
    out += text.front();
    text.remove_prefix(1);
  }
  if (text.empty()) return false;
  text.remove_prefix(1);
  return true;
}

/// The one word that all of the text is, without its quotes; nothing for more than one.
std::optional<std::string> one_word(std::string_view text) {
  std::string word;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '\'' || c == '"') {
      if (!read_quoted(text, c, word)) return std::nullopt;
    } else if (c == '\\' && !text.empty()) {
      word += text.front();
      text.remove_prefix(1);
    } else if (std::string_view(" \t\n;&|<>()$`").find(c) != std::string_view::npos) {
      return std::nullopt;
    } else {
      word += c;
    }
  }
  return word;
}

}  // namespace

std::string display_command(std::string_view command_line) {
  const std::size_t blank = std::min(command_line.find(' '), command_line.size());
  std::string_view script = command_line.substr(blank);
  for (const std::string_view option : {" -lc ", " -c "}) {
    if (!script.starts_with(option) || !detail::is_shell(command_line.substr(0, blank))) continue;
    script.remove_prefix(option.size());
    if (auto word = one_word(script)) return *std::move(word);
    break;
  }
  return std::string(command_line);
}

std::string display_command(const protocol::CommandExecutionThreadItem& item) {
  return display_command(item.command);
}

std::string display_command(const protocol::ThreadItem& item) {
  const auto* command = item.as<protocol::CommandExecutionThreadItem>();
  return command ? display_command(*command) : std::string();
}

}  // namespace codex
