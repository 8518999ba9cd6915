#pragma once

#include <string>
#include <string_view>

namespace codex {

/// Makes text of a model, a command or a server safe to print on a terminal:
/// `std::cout << codex::printable(delta->delta)`.
///
/// Letters, signs and emoji of any script stay unchanged, and so do line feeds and tabs. Everything
/// else is escaped (`\x1b`, `\r`, `\u202e`): control characters (C0, DEL, C1), characters that
/// reorder, join, tag or vary others or that are invisible (Unicode's Cf, Zl, Zp, Co and default
/// ignorable ones, non-characters, blanks other than the space), and bytes that are not UTF-8. So
/// an emoji of several characters appears as its parts. A backslash stays unchanged.
///
/// The text cannot harm the terminal, but it may still lie: it may pretend to be your program, and
/// a letter may look like another one. Throws no errors of its own; safe on any thread.
[[nodiscard]] std::string printable(std::string_view text);

/// The same on one line: line feeds and tabs are escaped, too. For names, paths and titles.
[[nodiscard]] std::string printable_line(std::string_view text);

}  // namespace codex
