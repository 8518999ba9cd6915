#pragma once

#include <concepts>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <codex/approvals.hpp>
#include <codex/screen.hpp>

namespace codex {

namespace protocol {
struct ApplyPatchApprovalParams;
struct ExecCommandApprovalParams;
}  // namespace protocol

namespace approvals {

/// The request that a rule of a `Policy` judges: exactly one of the pointers is set. Lives as long
/// as the call.
struct Request {
  /// The thread, the turn and the item that it is about.
  const HandlerContext& context;
  /// A command wants to run.
  const protocol::CommandExecutionRequestApprovalParams* command = nullptr;
  /// A patch wants to be applied; see `context.changes()`.
  const protocol::FileChangeRequestApprovalParams* file_change = nullptr;
  /// The agent wants more permissions.
  const protocol::PermissionsRequestApprovalParams* permissions = nullptr;
  /// An MCP server asks, or its tool wants to run: `mcp_tool_approval`.
  const protocol::McpServerElicitationRequestParams* elicitation = nullptr;
  /// As `file_change`, of older runtimes.
  const protocol::ApplyPatchApprovalParams* apply_patch = nullptr;
  /// As `command`, of older runtimes.
  const protocol::ExecCommandApprovalParams* exec_command = nullptr;
};

/// A rule that answers approvals of any kind, as the handler of each: `{.command_approval = policy,
/// .file_change_approval = policy}`. If the rule has no opinion on a request, it is declined. A
/// cheap value; may be called on several threads at once.
class Policy {
 public:
  /// From anything that can be called with a `const Request&`, on several threads at once, and
  /// returns a `Decision` or a `std::optional<Decision>`, empty for no opinion.
  template <class Rule>
    requires(!std::same_as<Rule, Policy> &&
             std::is_invocable_r_v<std::optional<Decision>, const Rule&, const Request&>)
  Policy(Rule rule) : rule_(std::make_shared<const ErasedRule>(std::move(rule))) {}

  /// The rule's decision; nothing if it has no opinion. A request with a part of another type than
  /// this version of the SDK expects (`codex::protocol::misfits`) is declined, whatever the rule
  /// says.
  [[nodiscard]] std::optional<Decision> opinion(const Request& request) const;

  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::CommandExecutionRequestApprovalParams& params,
                      const HandlerContext& context = {}) const;
  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::FileChangeRequestApprovalParams& params,
                      const HandlerContext& context = {}) const;
  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::PermissionsRequestApprovalParams& params,
                      const HandlerContext& context = {}) const;
  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::McpServerElicitationRequestParams& params,
                      const HandlerContext& context = {}) const;
  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::ApplyPatchApprovalParams& params,
                      const HandlerContext& context = {}) const;
  /// Answers as a handler does; no opinion declines.
  Decision operator()(const protocol::ExecCommandApprovalParams& params,
                      const HandlerContext& context = {}) const;

 private:
  using ErasedRule = std::function<std::optional<Decision>(const Request&)>;

  std::shared_ptr<const ErasedRule> rule_;
};

/// A policy without parameters, created on use: works with and without `()`.
template <Policy (*make)()>
class ReadyPolicy {
 public:
  /// The policy.
  operator Policy() const { return make(); }
  /// The policy.
  Policy operator()() const { return make(); }

  /// Answers as a handler does.
  template <class Params>
    requires std::invocable<const Policy&, const Params&, const HandlerContext&>
  Decision operator()(const Params& params, const HandlerContext& context = {}) const {
    return make()(params, context);
  }
};

namespace detail {
Policy accept_all();
Policy decline_all();
Policy ask_on_terminal();
Policy first_of(std::vector<Policy> policies);
}  // namespace detail

/// Accepts each request, this once. Use it only where the agent can do no harm.
///
/// It has no opinion on requests that need more than a yes: questions of MCP servers, as opposed to
/// approvals of their tools, checkpoints that ask for a person (`humanCommand`), and kinds of
/// command approval that are newer than this SDK.
inline constexpr ReadyPolicy<&detail::accept_all> accept_all{};

/// Declines each request. The turn continues.
inline constexpr ReadyPolicy<&detail::decline_all> decline_all{};

/// Where the commands of `allow_commands` may run, and whether they may run more than themselves.
struct CommandRules {
  /// The folders in or below which they may run, even where the agent can write: you vouch for
  /// their content. UTF-8, absolute or relative to this process' working directory; links in these
  /// paths are followed when the policy is made. Empty: any folder that the agent cannot write to
  /// (`HandlerContext::agent_can_write`).
  std::vector<std::string> folders{};
  /// Whether to allow programs that run code, or obey configuration, that they find in their folder
  /// or their arguments: `git`, `make`, `npm`, `cargo`, `pytest`, `python3 x.py`, `find`, `sed`,
  /// `env`, and every program that this SDK does not know to run nothing but itself. Such a command
  /// has to run in `folders`, or where no agent can write in its whole project: in or below the
  /// topmost parent folder that has a `.git`, `Cargo.toml`, `Makefile`, `package.json` or the like,
  /// or its own folder if there is none. You vouch for what it finds outside of the project (a path
  /// dependency, `make -C`, a link, its own configuration).
  bool may_run_code_it_finds = false;
};

/// Accepts these commands, each time, and has no opinion on anything else.
///
/// `"git status"` allows exactly these words: not `git status -s`, and no other `git`. `"ls *"`
/// allows `ls` with any arguments; `*` means that only as the last word.
///
/// A program is only as harmless as what it runs. Without
/// `CommandRules::may_run_code_it_finds` only programs are allowed that run nothing but themselves:
/// basename, cat, chmod, cksum, cmp, comm, cp, cut, date, df, diff, dirname, du, echo, egrep, expr,
/// false, fgrep, fold, free, grep, groups, head, hexdump, id, ln, ls, md5sum, mkdir, mv, nl, nproc,
/// od, paste, printenv, printf, ps, pwd, readlink, realpath, rm, rmdir, seq, sha1sum, sha256sum,
/// sha512sum, sleep, stat, strings, sync, tac, tail, tee, touch, tr, true, truncate, uname, uniq,
/// uptime, wc, which, whoami, xxd; by these names or in `/bin`, `/usr/bin`, `/usr/local/bin`.
/// Consider what a program does with arguments: `cp *` and `tee *` write any file, even one that
/// runs later; with `may_run_code_it_finds`, `find *`, `git *` or `env *` run any other program,
/// from any folder.
///
/// A command has to run where the rules say, links followed. A folder that is unknown, or in
/// another environment than this machine, does not match; nor does one reached through a link that
/// an agent can replace. Nothing is allowed while an agent can write what a login shell reads (the
/// home folder, a hidden folder in it, the target of a hidden link in it, /etc, the files that
/// BASH_ENV, ENV and ZDOTDIR name), or a folder of PATH (also `bin` and `.local/bin` of the home
/// folder); nor is a program that is a link in such a folder to a place where an agent can write.
/// The SDK uses these variables as the runtime got them. All of this is checked again right before
/// the answer is sent.
///
/// The folders are checked on this machine: do not use this for a runtime that your own transport
/// reaches on another one.
///
/// The runtime matches answers by an id that the model chooses. If two requests with one id are
/// open at once, the SDK refuses both; yet a second one that arrives within the same milliseconds
/// as the answer may still get it.
///
/// The command is parsed, not compared as text. Among shells, scripts of `bash`, `sh` and `zsh`
/// from a system folder are parsed if they are called with `-c` or `-lc` and one script, which has
/// to be a single command of printable ASCII in plain words, quoted or not. A command with any
/// other shell feature is not allowed: separators, pipes, redirections, expansions, globs,
/// assignments, comments, backslashes outside of quotes, tabs and line breaks. Nor is a request for
/// more than the command: for further permissions or the network, or for input to a running
/// program. A program's name is matched literally: `git` is neither `./git` nor `/usr/bin/git`.
///
/// Remaining risks: an accepted command may run without a sandbox, with all the rights of the user.
/// A login shell may set another PATH, or an alias. Files that were in a folder before this client
/// knew the thread count as yours, and so do files written by a command that was accepted to run
/// without a sandbox, by an MCP server or by a tool of the app. Between the answer and the start of
/// the command, other programs may change the folder. On Windows nothing is allowed.
///
/// Throws std::invalid_argument for a pattern that is no plain command, and for a folder that is a
/// file or a broken link.
Policy allow_commands(const std::vector<std::string>& patterns, CommandRules rules = {});

/// Accepts file changes, each time, that write, delete and move only within this folder, and has no
/// opinion on anything else.
///
/// Paths are checked in the file system when the request arrives, and again right before the answer
/// is sent: each has to be absolute and without `..`; links are followed, even those to paths that
/// do not exist yet; files with a second hard link, and anything but regular files, are not
/// allowed. If one path is outside, the whole request is not allowed. Nor is one whose changes are
/// unknown (`HandlerContext::changes` is empty), or that asks for a writable root from now on
/// (`grantRoot`).
///
/// It has no opinion on files that programs run or obey on their own: names that begin with a dot,
/// anywhere below `folder` (`.git`, `.codex`, `.agents`, `.envrc`, `.vscode`, `.husky`, `.bashrc`);
/// files in a `.git`, `.codex` or `.agents`, even if `folder` itself is in one; and git
/// repositories without a `.git`: no file `HEAD`, and nothing below a folder that has one. Names
/// are compared like on file systems that ignore case, some characters, or trailing dots and
/// blanks; in doubt a name matches. A Makefile, a package.json or a conftest.py is the project's
/// code and may be written: look at it before you run it. So may an AGENTS.md, which Codex itself
/// obeys.
///
/// `folder` is UTF-8 and may be relative to this process' working directory. Links in its path are
/// followed now, so a link that is placed there later has no effect. It need not exist yet.
///
/// The runtime matches answers to patches by an id that the model chooses. A patch that repeats an
/// id of its turn is not allowed; yet if two with one id run at once, the runtime itself may apply
/// the answer for one to the other.
///
/// Between the answer and the write, a folder may be replaced with a link, and the runtime would
/// follow it. So the policy has no opinion on a path where the agents' commands can write, since
/// they could do that: use it with a read-only sandbox, or for folders outside of the writable
/// ones. The same goes for any link in the path. Nor has it one on a folder in or around which a
/// command runs that `allow_commands` accepted with `may_run_code_it_finds`. Remaining risk: a
/// command that was accepted to run without a sandbox, and every other program of the user, may
/// replace a folder in those milliseconds. This process and the runtime must see the same folder:
/// do not use this for a runtime on another machine or in a container.
///
/// Throws std::invalid_argument if `folder` is a file or a broken link.
Policy allow_writes_under(const std::string& folder);

/// The type of `ask_on_terminal`, which also takes the screen that the program prints on.
class AskOnTerminal : public ReadyPolicy<&detail::ask_on_terminal> {
 public:
  using ReadyPolicy::operator();
  /// The policy with a screen that holds back its output during a question.
  Policy operator()(const Screen& screen) const { return detail::ask_on_screen(screen); }
};

/// Asks the person at the terminal: shows the command, where it would run, and why, or the changes
/// and their files, and takes yes, always (for this session), no, or cancel, as far as the request
/// offers them. The deciding part comes last, right above the answer: program and folder, or the
/// paths.
///
/// The agent's text has a bar at the start of each line, wraps at 72 columns or at the width of the
/// terminal, and cannot control the terminal: see `codex::printable`. The question points out
/// lookalike letters, invisible characters, and information that the request lacks. "Always" is
/// offered only for a single command of a program that is known to run nothing but itself
/// (`allow_commands` lists them): `sh x.sh`, `make` or `git` may do something else the next time.
///
/// The program's own output can scroll a question away, or imitate one. Print through a `Screen`
/// and use `ask_on_terminal(screen)`, which holds it back until the person has answered.
///
/// Declines if standard input is no terminal, if this process is in the background, on end of file,
/// after three lines that are no answer, and if the question is too long to read: if command,
/// folder and paths do not fit on the terminal at once, in a terminal of less than 20 columns, and
/// beyond 200 lines or 64 KiB in all. It has no opinion on questions of MCP servers other than
/// approvals of tools. It asks about one request at a time. Input that was typed before a question,
/// or before it is asked again, is dropped, so that it cannot answer it: your program should not
/// read standard input while a person is asked. A stop request of `HandlerContext::stop` ends the
/// question and declines.
///
/// The runtime matches answers by an id that the model chooses. If two requests with one id are
/// open at once, the SDK refuses both; yet a second one that arrives within the same milliseconds
/// as the answer may still get it.
inline constexpr AskOnTerminal ask_on_terminal{};

/// As `ask_on_terminal`, on streams, which have to outlive the policy: for tests, and for programs
/// with their own terminal. The screen provides its size.
///
/// The answer is the next line of `in`, whenever it was typed: a stream cannot tell. The policy
/// calls `in.sync()` before it reads each line; your own stream buffer can drop earlier input
/// there. It obeys the stop token between two lines, but cannot while it waits for one.
Policy ask_on_streams(std::istream& in, const Screen& screen);

/// The same with a screen that nothing else prints on.
Policy ask_on_streams(std::istream& in, std::ostream& out);

/// Asks the policies in order; the first opinion wins. No opinion if none has one.
/// `first_of(allow_commands({"ls *"}), allow_writes_under("/repo/out"), ask_on_terminal)`
template <std::convertible_to<Policy>... Policies>
Policy first_of(Policies... policies) {
  return detail::first_of({Policy(std::move(policies))...});
}

}  // namespace approvals
}  // namespace codex
