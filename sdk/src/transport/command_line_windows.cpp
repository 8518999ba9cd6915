#include "transport/command_line_windows.hpp"

#include <cstddef>

#include "os/wide_windows.hpp"

namespace codex::detail {
namespace {

// A backslash is itself, except before a quote: there, two stand for one. So those before a quote,
// and before the one that we add at the end, are doubled.
void append_argument(std::wstring& line, std::wstring_view argument) {
  const bool is_plain =
      !argument.empty() && argument.find_first_of(L" \t\n\v\"") == std::wstring_view::npos;
  if (is_plain) {
    line += argument;
    return;
  }
  line += L'"';
  std::size_t backslashes = 0;
  for (const wchar_t c : argument) {
    if (c == L'"') line.append(backslashes + 1, L'\\');
    backslashes = c == L'\\' ? backslashes + 1 : 0;
    line += c;
  }
  line.append(backslashes, L'\\');
  line += L'"';
}

}  // namespace

std::wstring command_line(const std::vector<std::string>& argv) {
  std::wstring line;
  for (const std::string& argument : argv) {
    if (line.empty()) {
      // The first has no escapes, and no file's name has a quote.
      line.append(L"\"").append(wide(argument)).append(L"\"");
    } else {
      line += L' ';
      append_argument(line, wide(argument.c_str()));
    }
  }
  return line;
}

}  // namespace codex::detail
