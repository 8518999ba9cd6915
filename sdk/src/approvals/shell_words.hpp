#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

using Words = std::vector<std::string>;

/// A shell by its name alone, or in a system folder. Any other path may be any program.
[[nodiscard]] bool is_shell(std::string_view program);

/// The words of a command that every shell reads alike: printable ASCII, separated by blanks, with
/// quotes without expansions. Nothing for a command with a separator, a redirection, an expansion,
/// a glob, an assignment, a backslash, a tab, a letter beyond ASCII or anything else: a shell may
/// read more into it.
std::optional<Words> plain_words(std::string_view command);

/// The words of the program that a command line of an approval request runs. The runtime starts
/// commands through a shell and quotes them: `/bin/bash -lc 'git status'` is {git, status}. One
/// shell is unwrapped, a shell within it is not.
std::optional<Words> program_words(std::string_view command_line);

/// The same for a command line that is already split: {bash, -lc, "git status"}.
std::optional<Words> program_words(const Words& command_line);

}  // namespace codex::detail
