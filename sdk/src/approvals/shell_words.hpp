#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codex::detail {

using Words = std::vector<std::string>;

/// The words of a command that every shell reads alike: printable ASCII, parted by blanks, with
/// quotes that hold no expansion. Nothing for a command with anything else in it, be it a
/// separator, a redirection, an expansion, a glob, an assignment, a backslash, a tab or a letter
/// from beyond ASCII: a shell may make more of it than these words.
std::optional<Words> plain_words(std::string_view command);

/// The words of the program that a command line of an approval request comes down to. The runtime
/// starts commands through a shell and quotes what it starts: `/bin/bash -lc 'git status'` is
/// {git, status}. One shell is looked into, a shell within it is not.
std::optional<Words> program_words(std::string_view command_line);

/// The same for a command line that is in words already: {bash, -lc, "git status"}.
std::optional<Words> program_words(const Words& command_line);

}  // namespace codex::detail
