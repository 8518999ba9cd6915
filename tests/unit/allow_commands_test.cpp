#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"

using codex::approvals::allow_commands;
using codex::approvals::Decision;
using codex::approvals::Policy;
using codex::protocol::CommandExecutionRequestApprovalParams;
namespace types = codex::protocol;

namespace {

/// As the runtime quotes one word of a command line.
std::string quoted(std::string_view word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\"'\"'") : std::string(1, c);
  return out + "'";
}

CommandExecutionRequestApprovalParams asking_for(const std::string& command_line) {
  CommandExecutionRequestApprovalParams params = codex::testing::command_request(command_line);
  params.available_decisions = std::vector<types::CommandExecutionApprovalDecision>{
      types::CommandExecutionApprovalDecision::accept,
      types::CommandExecutionApprovalDecision::cancel};
  return params;
}

CommandExecutionRequestApprovalParams asking_for_script(std::string_view script) {
  return asking_for("/bin/bash -lc " + quoted(script));
}

bool allows(const Policy& policy, const CommandExecutionRequestApprovalParams& params) {
  const codex::HandlerContext context =
      codex::testing::with_reach(codex::testing::reach_of(codex::testing::read_only, "/repo"));
  const Decision decision = policy(params, context);
  REQUIRE((decision == codex::approvals::accept() || decision.kind() == Decision::Kind::decline));
  CHECK(policy.opinion({.context = context, .command = &params}).has_value() ==
        (decision == codex::approvals::accept()));
  return decision == codex::approvals::accept();
}

const Policy& policy() {
  static const Policy allowed =
      allow_commands({"git status", "ls *", "cat README.md"}, {.may_run_code_it_finds = true});
  return allowed;
}

}  // namespace

TEST_CASE("commands that are allowed are accepted, however they are quoted") {
  for (const char* script :
       {"git status", "  git  status  ", "'git' \"status\"", "g'it' stat\"us\"", "ls",
        "ls -la /etc --color=never", "ls 'a b; c' \"$\"'x'", "ls '$(rm -rf /)' '`x`' '*'",
        "cat README.md"}) {
    CAPTURE(script);
    const bool dollar_in_double_quotes =
        std::string_view(script).find("\"$\"") != std::string::npos;
    CHECK(allows(policy(), asking_for_script(script)) != dollar_in_double_quotes);
  }
  CHECK(allows(policy(), asking_for("/bin/bash -lc ls")));
  CHECK(allows(policy(), asking_for(R"(/bin/bash -lc "ls 'a; b' \"\\\$c\"")")));
  CHECK_FALSE(allows(policy(), asking_for(R"(/bin/bash -lc "ls 'a; b' \"\$c\"")")));
  CHECK_FALSE(allows(policy(), asking_for(R"(/bin/bash -lc "ls 'a' \$c")")));
  CHECK(allows(policy(), asking_for("/bin/bash -lc \"git 'status'\"")));
  CHECK(allows(policy(), asking_for("/usr/bin/zsh -c 'git status'")));
  CHECK(allows(policy(), asking_for("git status")));
}

// What an agent may try so that more than `git status` runs.
TEST_CASE("scripts that are more than an allowed command, or another one, are not allowed") {
  for (const std::string_view script :
       {// one more command
        "git status; rm -rf /", "git status;rm -rf /", "git status ;", ";git status",
        "git status&& rm x", "git status & rm x", "git status &", "git status|sh",
        "git status || rm x", "git status |& sh", "git status\nrm x", "rm x\ngit status",
        "git status\r\nrm x", "git status\rrm x", "git status\n", "git status\vrm x",
        "git status\frm x", "! git status", "time git status", "git status;;",
        // substitution and expansion
        "git status $(rm x)", "git status$(rm x)", "git status `rm x`", "git status \"$(rm x)\"",
        "git status \"`rm x`\"", "git status $HOME", "git status ${x:=y}", "git status $((1))",
        "git status $'\\n'", "git status $\"x\"", "git$IFS'status'", "git${IFS}status",
        "$(echo git) status", "`echo git` status", "g{i,}t status", "{git,status}", "git st{a,}tus",
        "gi? status", "git stat*", "git [s]tatus", "~/git status", "~root/bin/git status", "git ~",
        "=git status", "git =status", "!!", "!git", "git status !$", "ls <(rm x)", "ls >(rm x)",
        "ls @(a|b)", "ls ?(a)", "ls ^a", "ls a~b", "ls (a)",
        // redirection
        "git status > x", "git status>x", "git status >> x", "git status 2>&1", "git status >& x",
        "git status >| x", "git status < x", "git status << EOF", "git status <<EOF\nrm x\nEOF",
        "git status <<< x", "git status <> x", "git status 3>x",
        // groups, control, definitions
        "(git status)", "{ git status; }", "if git status; then rm x; fi",
        "git() { rm x; }; git status", "function git { rm x; }", "[[ -n x ]]", "((1))",
        "case x in x) git status;; esac", "eval git status", "exec git status",
        "command git status", "builtin git status", "source git status", ". git status",
        "trap 'rm x' EXIT", "alias git=rm", "coproc git status",
        // comments and backslashes
        "git status # rm", "#git status", "git\\ status", "git \\status", "g\\it status",
        "git status \\", "git status \\\nrm x", "git st\\x61tus",
        // another environment, another user, another program that runs one
        "PATH=/tmp git status", "PATH=/tmp:$PATH git status", "GIT_PAGER=sh git status",
        "A= git status", "A+=1 git status", "'A'=1 git status", "env git status",
        "env -i git status", "env PATH=/tmp git status", "sudo git status", "doas git status",
        "su -c 'git status'", "nohup git status", "nice git status", "xargs git status",
        "busybox git status", "busybox sh -c 'git status'", "timeout 1 git status",
        "setsid git status", "ssh host git status", "chroot / git status",
        // a shell in the shell
        "bash -c 'git status'", "bash -lc 'git status'", "sh -c \"git status\"",
        "/bin/bash -lc 'git status'", "bash -lc 'git status; rm x'", "eval 'git status'",
        // another program of the name
        "/tmp/git status", "./git status", "../git status", "bin/git status", "/usr/bin/git status",
        "git/ status", "//git status",
        // more or other words
        "git", "git status -s", "git status .", "git -c core.pager=sh status",
        "git --exec-path=/tmp status", "git -C /tmp status", "git --git-dir=/tmp status",
        "git status --porcelain", "git 'status -s'", "'git status'", "\"git status\"",
        "git '' status", "git status ''", "gitstatus", "git status2", "xgit status", "lsof", "ls-x",
        "cat README.md /etc/passwd", "cat", "cat README.mdx", "cat ./README.md", "", " ", "''",
        "'' git status",
        // letters and blanks that look alike
        "Git status", "GIT STATUS", "git Status", "LS", "git\tstatus", "g\u0456t status",
        "git st\u0430tus", "\uff47\uff49\uff54 status", "git\u00a0status", "git\u2003status",
        "git\u3000status", "git\u200bstatus", "g\u200bit status", "\ufeffgit status",
        "git \u202esutats", "\u202dgit status", "git status\u2028rm x", "git status\u0085rm x",
        "ls \u2018a\u2019", "ls \u201ca\u201d", "ls \uff1b rm x", "ls \u037e rm x", "ls \u2010a",
        "ls caf\u00e9", "git status\xff", "ls \xc0\xbb rm x",
        // control characters
        "git status\x1b[2K", "git\x08t status", "git status\x7f", "ls \x01", "ls 'a\nb'",
        "ls \"a\tb\"",
        // quotes left open
        "git 'status", "git \"status", "'git status", "git status'", "git \"'status\"", "ls '''",
        "ls 'a' 'b"}) {
    CAPTURE(script);
    CHECK_FALSE(allows(policy(), asking_for_script(script)));
  }
}

TEST_CASE("arguments of which any are allowed bring no feature of the shell along") {
  for (const std::string_view arguments :
       {"&rm",      "& rm",       "|rm",      "| rm",     ";rm",     "<x",     "< x",      ">x",
        "> x",      "$x",         "$(rm)",    "`rm`",     "(rm)",    "a)",     "{a,b}",    "a}",
        "*",        "?",          "[a]",      "a]",       "~",       "~root",  "a~",       "#x",
        "# x",      "!x",         "a!",       "^a",       "a^b",     "\\",     "a\\ b",    "a\tb",
        "a\nrm",    "\nrm",       "a\rrm",    "a\vb",     "a\x1b",   "\x7f",   "=rm",      "a =rm",
        "\"$x\"",   "\"`rm`\"",   "\"!x\"",   "\"a\\b\"", "\"a\\\"", "'a\nb'", "\"a\nb\"", "\u0456",
        "'\u0456'", "\"\u0456\"", "a\u00a0b", "a\u200bb", "\u202ea", "\xff"}) {
    CAPTURE(arguments);
    CHECK_FALSE(allows(policy(), asking_for_script("ls " + std::string(arguments))));
  }
}

TEST_CASE("a command with a NUL in it, or one of enormous length, is not allowed") {
  CHECK_FALSE(allows(policy(), asking_for_script(std::string_view("git status\0rm x", 15))));
  CHECK_FALSE(allows(policy(), asking_for_script(std::string_view("git status\0", 11))));
  CHECK_FALSE(allows(policy(), asking_for_script(std::string(1 << 22, 'a'))));
  CHECK_FALSE(
      allows(policy(), asking_for_script("git status" + std::string(1 << 22, ' ') + ";rm x")));
  CHECK_FALSE(allows(policy(), asking_for_script("ls " + std::string(1 << 22, '('))));
  CHECK_FALSE(allows(policy(), asking_for_script("ls " + std::string((1 << 22) + 1, '\''))));
}

TEST_CASE("command lines that start anything but one known shell with one script are not allowed") {
  for (const char* line : {"/tmp/bash -lc 'git status'",
                           "./bash -lc 'git status'",
                           "bin/bash -lc 'git status'",
                           "/bin//bash -lc 'git status'",
                           "/bin/../tmp/bash -lc 'git status'",
                           "/usr/local/sbin/bash -lc 'git status'",
                           "bash -lc 'git status' rm",
                           "bash -lc 'git status' ''",
                           "bash -l -c 'git status'",
                           "bash -c -l 'git status'",
                           "bash -ic 'git status'",
                           "bash -xc 'git status'",
                           "bash --rcfile /tmp/x -c 'git status'",
                           "bash -lc",
                           "bash -s",
                           "bash 'git status'",
                           "bash git status",
                           "bash -lc -c 'git status'",
                           "fish -c 'git status'",
                           "dash -c 'git status'",
                           "ksh -c 'git status'",
                           "python3 -c 'git status'",
                           "pwsh -Command 'git status'",
                           "cmd /c 'git status'",
                           "busybox sh -c 'git status'",
                           "env bash -lc 'git status'",
                           "sudo bash -lc 'git status'",
                           "BASH_ENV=/tmp/x bash -c 'git status'",
                           "bash -lc 'git status' ; rm x",
                           "bash -lc 'git status'; rm x",
                           "bash -lc 'git status' > x",
                           "bash -lc 'git status'$(rm x)",
                           "bash -lc git status",
                           "bash -lc \"git status",
                           "bash -lc",
                           "BASH -lc 'git status'",
                           "\xef\xbd\x82"
                           "ash -lc 'git status'",
                           "bash\t-lc 'git status'",
                           "bash -lc \"$(cat x)\"",
                           "<command included NUL byte>",
                           "",
                           "git",
                           "'git status'"}) {
    CAPTURE(line);
    CHECK_FALSE(allows(policy(), asking_for(line)));
  }
}

TEST_CASE("a request for more than a command is not allowed") {
  const auto plain = asking_for("/bin/bash -lc ls");
  REQUIRE(allows(policy(), plain));

  auto params = plain;
  params.kind = types::CommandExecutionApprovalKind::write_stdin;
  CHECK_FALSE(allows(policy(), params));
  params.kind = types::CommandExecutionApprovalKind("humanCommand");
  CHECK_FALSE(allows(policy(), params));
  params.kind = types::CommandExecutionApprovalKind("newerKind");
  CHECK_FALSE(allows(policy(), params));

  params = plain;
  params.additional_permissions = types::AdditionalPermissionProfile{};
  CHECK_FALSE(allows(policy(), params));
  params = plain;
  params.network_approval_context =
      types::NetworkApprovalContext{.host = "h", .protocol = types::NetworkApprovalProtocol::https};
  CHECK_FALSE(allows(policy(), params));
  params = plain;
  params.proposed_network_policy_amendments = std::vector<types::NetworkPolicyAmendment>(1);
  CHECK_FALSE(allows(policy(), params));
  params = plain;
  params.available_decisions = std::vector<types::CommandExecutionApprovalDecision>{
      types::CommandExecutionApprovalDecision::cancel};
  CHECK_FALSE(allows(policy(), params));
  params = plain;
  params.command = {};
  CHECK_FALSE(allows(policy(), params));

  params = plain;
  params.available_decisions = {};
  CHECK(allows(policy(), params));
}

TEST_CASE(
    "a request that seems to be for a command alone, since the rest does not fit, is declined") {
  const codex::HandlerContext context{};
  const codex::Json json = asking_for("git status");
  REQUIRE(allows(policy(), json.get<CommandExecutionRequestApprovalParams>()));
  for (const char* name :
       {"additionalPermissions", "networkApprovalContext", "environmentId",
        "proposedNetworkPolicyAmendments", "availableDecisions", "cwd", "kind", "commandActions"}) {
    CAPTURE(name);
    codex::Json odd = json;
    odd[name] = 7;
    CHECK(policy()(odd.get<CommandExecutionRequestApprovalParams>(), context).kind() ==
          Decision::Kind::decline);
  }
}

TEST_CASE("what a pattern says of arguments holds for them alone") {
  const Policy any_git = allow_commands({"git *"}, {.may_run_code_it_finds = true});
  CHECK(allows(any_git, asking_for_script("git log -p")));
  CHECK_FALSE(allows(any_git, asking_for_script("git log; rm x")));
  CHECK_FALSE(allows(any_git, asking_for_script("gitk")));
  CHECK_FALSE(allows(allow_commands({}), asking_for_script("ls")));
}

TEST_CASE("allowed commands are none of file changes and permissions") {
  CHECK(policy()(types::FileChangeRequestApprovalParams{
                     .item_id = "p", .thread_id = "t", .turn_id = "u"})
            .kind() == Decision::Kind::decline);
  CHECK(
      policy()(types::PermissionsRequestApprovalParams{
                   .cwd = "/", .item_id = "p", .permissions = {}, .thread_id = "t", .turn_id = "u"})
          .kind() == Decision::Kind::decline);
}

TEST_CASE("commands of older runtimes are looked at word by word") {
  const auto asks = [](std::vector<std::string> words) {
    return policy()(
        types::ExecCommandApprovalParams{.call_id = "c",
                                         .command = std::move(words),
                                         .conversation_id = {},
                                         .cwd = "/",
                                         .parsed_cmd = {}},
        codex::testing::with_reach(codex::testing::reach_of(codex::testing::read_only, "/repo")));
  };
  CHECK(asks({"bash", "-lc", "git status"}) == codex::approvals::accept());
  CHECK(asks({"git", "status"}) == codex::approvals::accept());
  CHECK(asks({"bash", "-lc", "git status; rm x"}).kind() == Decision::Kind::decline);
  CHECK(asks({"git status"}).kind() == Decision::Kind::decline);
  CHECK(asks({}).kind() == Decision::Kind::decline);
}

TEST_CASE("tree, which may start a shell, is allowed only by the word for such programs") {
  CHECK_FALSE(allows(allow_commands({"tree *"}), asking_for_script("tree -R -L 1")));
  CHECK(allows(allow_commands({"tree *"}, {.may_run_code_it_finds = true}),
               asking_for_script("tree -R -L 1")));
}
