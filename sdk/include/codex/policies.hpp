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

/// What a rule of a `Policy` is asked: exactly one of the pointers is set. Lives as long as the
/// call.
struct Request {
  /// The thread, the turn and the item that it is about.
  const HandlerContext& context;
  /// A command wants to run.
  const protocol::CommandExecutionRequestApprovalParams* command = nullptr;
  /// A patch wants to be applied; `context.changes()` tells which.
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
/// .file_change_approval = policy}`. A rule without an opinion of a request declines it. A cheap
/// value; may be called on several threads at once.
class Policy {
 public:
  /// From anything that can be called with a `const Request&`, on several threads at once, and
  /// returns a `Decision` or a `std::optional<Decision>`, empty for no opinion.
  template <class Rule>
    requires(!std::same_as<Rule, Policy> &&
             std::is_invocable_r_v<std::optional<Decision>, const Rule&, const Request&>)
  Policy(Rule rule) : rule_(std::make_shared<const ErasedRule>(std::move(rule))) {}

  /// What the rule says; nothing when it has no opinion. A request with a part of another type than
  /// this version of the SDK knows (`codex::protocol::misfits`) is declined, whatever the rule
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

/// A policy that is the same for everyone, made where it is needed: with and without `()`.
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

/// Accepts each request, this once. For agents that run where they can do no harm.
///
/// It has no opinion of what takes more than a yes: the questions of MCP servers, as opposed to
/// approvals of their tools, checkpoints that ask for a person (`humanCommand`), and kinds of
/// command approval newer than this SDK.
inline constexpr ReadyPolicy<&detail::accept_all> accept_all{};

/// Declines each request. The turn goes on.
inline constexpr ReadyPolicy<&detail::decline_all> decline_all{};

/// Where the commands of `allow_commands` may run, and whether they may run more than themselves.
struct CommandRules {
  /// The folders in or below which they may run, also where the agent can write: you vouch for what
  /// lies there. UTF-8, absolute or relative to this process' working directory; links on the way
  /// to them are followed when the policy is made. Empty: any folder that the agent cannot write
  /// (`HandlerContext::agent_can_write`).
  std::vector<std::string> folders{};
  /// Whether a program may be allowed that runs code, or obeys configuration, that it finds in its
  /// folder or its arguments: `git`, `make`, `npm`, `cargo`, `pytest`, `python3 x.py`, `find`,
  /// `sed`, `env`, and every other that this SDK does not know to run nothing but itself. Such a
  /// command has to run in `folders`, or where no agent can write in its whole project: in or below
  /// the topmost folder above it that holds a `.git`, `Cargo.toml`, `Makefile`, `package.json` or
  /// the like, or its own folder where none does. What it finds outside of the project (a path
  /// dependency, `make -C`, a link, its own configuration) is your word.
  bool may_run_code_it_finds = false;
};

/// Accepts these commands, each time, and has no opinion of anything else.
///
/// `"git status"` allows exactly these words: not `git status -s`, and no other `git`.
/// `"ls *"` allows `ls` with any arguments; only a last word `*` means that.
///
/// A program is only as harmless as what it runs. Without
/// `CommandRules::may_run_code_it_finds` only programs are allowed that run nothing but themselves:
/// basename, cat, chmod, cksum, cmp, comm, cp, cut, date, df, diff, dirname, du, echo, egrep, expr,
/// false, fgrep, fold, free, grep, groups, head, hexdump, id, ln, ls, md5sum, mkdir, mv, nl, nproc,
/// od, paste, printenv, printf, ps, pwd, readlink, realpath, rm, rmdir, seq, sha1sum, sha256sum,
/// sha512sum, sleep, stat, strings, sync, tac, tail, tee, touch, tr, true, truncate, uname, uniq,
/// uptime, wc, which, whoami, xxd; by these names or in `/bin`, `/usr/bin`, `/usr/local/bin`.
/// Mind what a program does with arguments: `cp *` and `tee *` write any file, one that runs later,
/// too; with the word, `find *`, `git *` or `env *` run any other program, from any folder.
///
/// A command has to run where the rules say, links followed; a folder that is not known, or that is
/// in another environment than this machine, is none of them; nor is one to which a link leads that
/// an agent can exchange. Nothing is allowed while an agent can write what a login shell reads (the
/// home folder, a hidden folder in it, what a hidden link in it leads to, /etc, what BASH_ENV, ENV
/// and ZDOTDIR name), or a folder of PATH (also `bin` and `.local/bin` of the home folder); nor is
/// a program where a link in such a folder leads to what an agent can write. The SDK knows these
/// variables as the runtime got them. All of it is looked at again right before the answer is sent.
///
/// The folders are judged on this machine: not for a runtime that a transport of your own reaches
/// elsewhere.
///
/// The runtime tells approvals apart by an id that the model chooses. Where two requests of one id
/// are open at once, the SDK refuses both; yet a twin that comes in the same milliseconds as the
/// answer may still take it.
///
/// What the runtime wants to run is parsed, not compared as text. Of shells, `bash`, `sh` and `zsh`
/// from a system folder are looked into, as `-c` or `-lc` with one script, which has to be a single
/// command of printable ASCII in plain words, quoted or not. A command with any other feature of
/// the shell is not allowed: separators, pipes, redirections, expansions, globs, assignments,
/// comments, backslashes outside of quotes, tabs and line breaks. Nor is one that comes with more
/// than the command: a request for further permissions or for the network, or input to a program
/// that runs already. A program is meant as it is written: `git` is neither `./git` nor
/// `/usr/bin/git`.
///
/// What remains: an accepted command may run without a sandbox, with all the rights of the user. A
/// login shell may set another PATH, or an alias. What lay in a folder before this client knew the
/// thread counts as yours, as does what a command wrote that was accepted to run without a
/// sandbox, and what an MCP server or a tool of the app wrote. Between the answer and the start of
/// the command anybody else may change the folder. On Windows nothing is allowed.
///
/// Throws std::invalid_argument for a pattern that is no plain command, and for a folder that is a
/// file or leads nowhere.
Policy allow_commands(const std::vector<std::string>& patterns, CommandRules rules = {});

/// Accepts file changes, each time, that write, delete and move within this folder only, and has no
/// opinion of anything else.
///
/// Paths are judged as the file system is when the request comes, and again right before the answer
/// is sent: each has to be absolute and without `..`; links are followed, also those to what does
/// not exist yet; a file with a second name (a hard link) is left alone, and so is what is no
/// regular file. One path outside, and the whole request is not allowed. Nor is one whose changes
/// are not known (`HandlerContext::changes` is empty), or that asks for a root to write in from now
/// on (`grantRoot`).
///
/// It has no opinion of what programs run or obey by themselves: a name that begins with a dot, at
/// any place below `folder` (`.git`, `.codex`, `.agents`, `.envrc`, `.vscode`, `.husky`,
/// `.bashrc`); what lies in a `.git`, `.codex` or `.agents`, also where `folder` itself does; and
/// git repositories without a `.git`: no file `HEAD`, and nothing below a folder that has one.
/// Names are compared as file systems that ignore case, some characters, or dots and blanks at the
/// end do, and in doubt it is the name. A Makefile, a package.json or a conftest.py is the
/// project's code and may be written: look at it before you run it. So may an AGENTS.md, which
/// Codex itself obeys.
///
/// `folder` is UTF-8 and may be relative to this process' working directory. Links on the way to it
/// are followed now, so that one that is put there later opens nothing. It need not exist yet.
///
/// The runtime tells patches apart by an id that the model chooses. A patch whose id was there
/// before in its turn is not allowed; yet where two of one id run at once, the runtime itself may
/// take the answer to one for the other.
///
/// Between the answer and the write a folder may be exchanged for a link, and the runtime writes
/// where that leads. So it has no opinion of a path where the agents' commands can write, for they
/// could do that: use it with a read-only sandbox, or for folders outside of the writable ones. The
/// same goes for a link on the way, wherever it lies. Nor has it of a folder in or around which a
/// command runs that `allow_commands` accepted with `may_run_code_it_finds`. What remains: a
/// command that was accepted to run without a sandbox, and every other program of the user's,
/// may exchange a folder in those milliseconds. The folder has to be the same one for this process
/// as for the runtime: not for a runtime on another machine or in a container.
///
/// Throws std::invalid_argument when `folder` is a file, or leads nowhere.
Policy allow_writes_under(const std::string& folder);

/// `ask_on_terminal`, which can be given the screen that the program prints on.
class AskOnTerminal : public ReadyPolicy<&detail::ask_on_terminal> {
 public:
  using ReadyPolicy::operator();
  /// The policy that has this screen hold back its output while it asks.
  Policy operator()(const Screen& screen) const { return detail::ask_on_screen(screen); }
};

/// Asks the person at the terminal: shows the command, where it would run, and why, or what changes
/// in which files, and takes yes, always (for this session), no, or cancel, as far as the request
/// offers them. What decides comes last, right above the answer: program and folder, or the paths.
///
/// What the agent wrote stands after a bar at the start of each line, broken at 72 columns or at
/// the width of the terminal, and cannot control the terminal: see `codex::printable`. Letters that
/// may only look like others, characters that do not show, and what the request does not say are
/// pointed out in words. "Always" is offered only for a single command of a program that is known
/// to run nothing but itself (`allow_commands` lists them): `sh x.sh`, `make` or `git` may do
/// something else the next time.
///
/// Output of the program itself can push a question away, or imitate one. Print through a `Screen`
/// and use `ask_on_terminal(screen)`: it is held back until the person has answered.
///
/// Declines when standard input is no terminal, when this process is in the background, on end of
/// file, after three lines that are no answer, and when there is more than a person reads: where
/// command, folder and paths do not fit on the terminal at once, in a terminal of less than 20
/// columns, and beyond 200 lines or 64 KiB in all. No opinion of questions of MCP servers that are
/// no approvals of tools. Two requests are asked one after the other. What was typed before a
/// question, or before it is asked again, is dropped, so that it does not answer it: a program that
/// reads standard input itself should not do so while a person is asked. Ends, as a no, when
/// `HandlerContext::stop` is requested. On Windows it declines.
///
/// The runtime tells approvals apart by an id that the model chooses. Where two requests of one id
/// are open at once, the SDK refuses both; yet a twin that comes in the same milliseconds as the
/// answer may still take it.
inline constexpr AskOnTerminal ask_on_terminal{};

/// As `ask_on_terminal`, on streams, which have to outlive the policy: for tests, and for programs
/// with a terminal of their own. The screen tells its size.
///
/// The answer is the next line of `in`, whenever it was typed: a stream cannot tell. Before each
/// line that it wants it calls `in.sync()`; a stream buffer of your own can drop there what was
/// typed so far. Between two lines it obeys the stop token, while it waits for one it cannot.
Policy ask_on_streams(std::istream& in, const Screen& screen);

/// The same with a screen that nothing else prints on.
Policy ask_on_streams(std::istream& in, std::ostream& out);

/// Asks one policy after the other; the first opinion wins. No opinion when none has one.
/// `first_of(allow_commands({"ls *"}), allow_writes_under("/repo/out"), ask_on_terminal)`
template <std::convertible_to<Policy>... Policies>
Policy first_of(Policies... policies) {
  return detail::first_of({Policy(std::move(policies))...});
}

}  // namespace approvals
}  // namespace codex
