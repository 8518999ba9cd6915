#pragma once

#include <string>
#include <string_view>

namespace codex {

/// Text that a model, a command or a server wrote, safe to print on a terminal:
/// `std::cout << codex::printable(delta->delta)`.
///
/// Letters, signs and emoji of any script stay as they are, and so do line feeds and tabs. All else
/// is spelled out (`\x1b`, `\r`, `\u202e`): control characters (C0, DEL, C1), characters that
/// reorder, join, tag or vary others or that do not show (Unicode's Cf, Zl, Zp, Co and default
/// ignorable ones, non-characters, blanks other than the usual one), and bytes that are not UTF-8.
/// So an emoji of several characters appears as its parts. A backslash stays as it is.
///
/// It makes text harmless to the terminal, not true: it may still pretend to be your program, and
/// a letter may look like another one. Throws nothing of its own; safe on any thread.
[[nodiscard]] std::string printable(std::string_view text);

/// The same on one line: line feeds and tabs are spelled out, too. For names, paths and titles.
[[nodiscard]] std::string printable_line(std::string_view text);

}  // namespace codex
