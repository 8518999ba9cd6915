#include "approvals/runs_other_code.hpp"

#include <algorithm>
#include <array>

#include "wire/ascii.hpp"

namespace codex::detail {
namespace {

// Sorted. Versions are left out: python3.11 is python.
constexpr auto programs = std::to_array<std::string_view>({
    ".",          "ansible",  "ant",        "apt",         "apt-get",  "ar",      "asdf",
    "ash",        "at",       "ava",        "awk",         "bash",     "batch",   "bazel",
    "bpython",    "brew",     "bun",        "bundle",      "bunx",     "busybox", "bwrap",
    "c++",        "cabal",    "cargo",      "cc",          "chroot",   "chrt",    "clang",
    "clang++",    "clojure",  "cmake",      "command",     "composer", "conda",   "cpack",
    "crontab",    "csh",      "ctest",      "cypress",     "dart",     "dash",    "deno",
    "direnv",     "doas",     "docker",     "dotnet",      "dune",     "ed",      "elixir",
    "elvish",     "emacs",    "entr",       "env",         "erl",      "eslint",  "eval",
    "exec",       "expect",   "fakeroot",   "fd",          "find",     "fish",    "flock",
    "flutter",    "g++",      "gawk",       "gcc",         "gdb",      "gem",     "ghc",
    "git",        "go",       "gosu",       "gradle",      "gradlew",  "groovy",  "grunt",
    "guile",      "gulp",     "hatch",      "helm",        "hg",       "ionice",  "ipython",
    "irb",        "java",     "jest",       "jq",          "julia",    "jupyter", "just",
    "kotlin",     "ksh",      "kubectl",    "ld",          "lein",     "less",    "lldb",
    "ltrace",     "lua",      "luajit",     "make",        "mawk",     "meson",   "mise",
    "mix",        "mksh",     "mocha",      "more",        "mvn",      "mvnw",    "mypy",
    "mysql",      "nawk",     "nc",         "ncat",        "nice",     "ninja",   "nix",
    "nmake",      "node",     "nodejs",     "nohup",       "nox",      "npm",     "npx",
    "nu",         "numactl",  "nvim",       "ocaml",       "octave",   "open",    "openssl",
    "osascript",  "parallel", "pdm",        "perf",        "perl",     "php",     "pip",
    "pipx",       "pkexec",   "playwright", "pnpm",        "podman",   "poetry",  "powershell",
    "pre-commit", "prettier", "proot",      "pry",         "psql",     "pwsh",    "pylint",
    "pypy",       "pytest",   "python",     "r",           "rails",    "rake",    "rbash",
    "rebar",      "rspec",    "rsync",      "ruby",        "ruff",     "runuser", "rustc",
    "rye",        "sbt",      "scala",      "scons",       "screen",   "script",  "sed",
    "setsid",     "sg",       "sh",         "socat",       "source",   "sqlite",  "ssh",
    "stack",      "start",    "stdbuf",     "strace",      "su",       "sudo",    "svn",
    "swift",      "swiftc",   "systemctl",  "systemd-run", "tar",      "task",    "taskset",
    "tcl",        "tclsh",    "tcsh",       "terraform",   "time",     "timeout", "tmux",
    "tox",        "ts-node",  "tsc",        "tsx",         "unbuffer", "unshare", "uv",
    "uvx",        "valgrind", "vi",         "vim",         "vite",     "vitest",  "watch",
    "webpack",    "wget",     "wish",       "xargs",       "xdg-open", "xonsh",   "yarn",
    "zip",        "zsh",
});
static_assert(std::ranges::is_sorted(programs));

std::string_view base_name(std::string_view program) {
  return program.substr(program.find_last_of('/') + 1);
}

bool is_path(std::string_view program) { return program.find('/') != std::string_view::npos; }

/// Directly in a folder where systems keep their programs; no agent writes there.
bool is_in_a_system_folder(std::string_view program) {
  const std::string_view folder = program.substr(0, program.find_last_of('/'));
  return std::ranges::any_of(
      std::to_array<std::string_view>({"/bin", "/sbin", "/usr/bin", "/usr/sbin"}),
      [&](std::string_view system) { return folder == system; });
}

/// `python3.11` is `python`, `clang-16` is `clang`.
std::string_view without_version(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789.-");
  return end == std::string_view::npos ? name : name.substr(0, end + 1);
}

bool is_known(std::string_view name) { return std::ranges::binary_search(programs, name); }

}  // namespace

bool runs_other_code(const Words& command) {
  if (command.empty() || command.front().empty()) return true;
  const std::string_view program = command.front();
  const std::string name = ascii_lower(base_name(program));
  if (is_path(program) && !is_in_a_system_folder(program)) return true;
  return is_known(name) || is_known(without_version(name));
}

}  // namespace codex::detail
