#include "approvals/harmless_programs.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace codex::detail {
namespace {

// Sorted. Not here, though they look harmless: programs with an option that runs a program (sort,
// split, file, tar, rg, and tree, whose -R starts another tree through a shell), and shell builtins
// that evaluate their arguments (test, [, read, kill).
constexpr auto harmless = std::to_array<std::string_view>({
    "basename", "cat",   "chmod",    "cksum",   "cmp",       "comm",      "cp",       "cut",
    "date",     "df",    "diff",     "dirname", "du",        "echo",      "egrep",    "expr",
    "false",    "fgrep", "fold",     "free",    "grep",      "groups",    "head",     "hexdump",
    "id",       "ln",    "ls",       "md5sum",  "mkdir",     "mv",        "nl",       "nproc",
    "od",       "paste", "printenv", "printf",  "ps",        "pwd",       "readlink", "realpath",
    "rm",       "rmdir", "seq",      "sha1sum", "sha256sum", "sha512sum", "sleep",    "stat",
    "strings",  "sync",  "tac",      "tail",    "tee",       "touch",     "tr",       "true",
    "truncate", "uname", "uniq",     "uptime",  "wc",        "which",     "whoami",   "xxd",
});
static_assert(std::ranges::is_sorted(harmless));

// Sorted. Those of the above that write files, or set the clock.
constexpr auto writing = std::to_array<std::string_view>({
    "chmod",
    "cp",
    "date",
    "ln",
    "mkdir",
    "mv",
    "rm",
    "rmdir",
    "tee",
    "touch",
    "truncate",
    "uniq",
    "xxd",
});
static_assert(std::ranges::is_sorted(writing));
static_assert(std::ranges::includes(harmless, writing));

/// Bash evaluates the subscript of the variable that -v names, and zsh each number:
/// `x[$(command)]`.
bool names_an_array(const Words& command) {
  return std::any_of(command.begin() + 1, command.end(),
                     [](const auto& word) { return word.find('[') != std::string::npos; });
}

/// By its name alone, or in a system folder.
std::string_view name_of(std::string_view program) {
  for (const std::string_view folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
    if (program.starts_with(folder)) return program.substr(folder.size());
  }
  return program;
}

}  // namespace

bool runs_only_itself(const Words& command) {
  if (command.empty()) return false;
  const std::string_view name = name_of(command.front());
  if (!std::ranges::binary_search(harmless, name)) return false;
  return name != "printf" || !names_an_array(command);
}

bool only_reads(const Words& command) {
  return runs_only_itself(command) &&
         !std::ranges::binary_search(writing, name_of(command.front()));
}

}  // namespace codex::detail
