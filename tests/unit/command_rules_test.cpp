#include <filesystem>
#include <stdexcept>

#include <doctest/doctest.h>

#include <codex/policies.hpp>
#include <codex/protocol/item.hpp>
#include <codex/protocol/session.hpp>

#include "handlers/answer_terms.hpp"
#include "support/approvals.hpp"
#include "support/files.hpp"
#include "testing/temp_dir.hpp"

using codex::HandlerContext;
using codex::Json;
using codex::approvals::allow_commands;
using codex::approvals::CommandRules;
using codex::approvals::Policy;
using codex::detail::AgentReach;
using codex::detail::Peek;
using codex::testing::reach_of;
using codex::testing::read_only;
using codex::testing::with_reach;
using codex::testing::workspace_write;
namespace fs = std::filesystem;
namespace types = codex::protocol;

namespace {

using ReachPtr = std::shared_ptr<AgentReach>;

types::CommandExecutionRequestApprovalParams in_folder(const fs::path& cwd,
                                                       const std::string& command) {
  auto params = codex::testing::command_request(command);
  params.cwd = cwd.string();
  return params;
}

/// A folder `repo` with `out` in it, and others that are none of the agent's business.
struct Places {
  codex::testing::detail::TempDir dir{"codex-command-rules-"};
  fs::path base = fs::canonical(dir.path());
  fs::path repo = base / "repo";
  fs::path out = repo / "out";
  fs::path other = base / "other";
  fs::path home = base / "home";

  Places() {
    for (const fs::path& folder : {out, other, home, base / "bin"}) fs::create_directories(folder);
  }

  [[nodiscard]] ReachPtr reach(const Json& sandbox) const {
    return reach_of(
        sandbox, repo.string(),
        {.home = home.string(), .path = (base / "bin").string() + ":/usr/bin", .temp = {}});
  }
};

bool allows(const Policy& policy, const types::CommandExecutionRequestApprovalParams& params,
            const ReachPtr& reach) {
  return policy(params, with_reach(reach)) == codex::approvals::accept();
}

bool allows(const std::string& command, const ReachPtr& reach, const fs::path& cwd,
            const CommandRules& rules = {}) {
  return allows(allow_commands({command}, rules), in_folder(cwd, command), reach);
}

Json patched(const fs::path& file) { return Json::array({codex::testing::added(file.string())}); }

constexpr bool code = true;

}  // namespace

TEST_CASE("allow_commands is called with patterns, with rules, and with neither") {
  (void)allow_commands({});
  (void)allow_commands({"git status", "ls"});
  (void)allow_commands({"git status", "ls"}, {});
  (void)allow_commands({"git status"}, {.folders = {"/repo"}});
  (void)allow_commands({"git status"},
                       {.folders = {"/repo", "/usr"}, .may_run_code_it_finds = true});
  (void)allow_commands(std::vector<std::string>{"ls"}, CommandRules{});
}

TEST_CASE("a program that runs what it finds is allowed by no rule that does not say so") {
  const Places at;
  for (const char* command :
       {// builds
        "git status", "git", "hg status", "svn info", "make", "gmake", "make -n", "cmake .",
        "ctest", "ninja", "meson setup b", "just", "task", "rake", "gradle", "mvn test", "ant",
        "bazel build x",
        // interpreters
        "npm test", "npx tsc", "yarn", "pnpm i", "bun x", "deno run x", "node x.js", "nodejs x.js",
        "tsc", "eslint .", "jest", "prettier x", "cargo build", "cargo", "rustc x.rs", "go test",
        "gcc x.c", "cc x.c", "ld x", "clang x.c", "pytest", "python x.py", "python3 x.py",
        "python3.11 x.py", "python3.11-config", "pip install .", "pip3", "uv run x", "poetry",
        "tox", "ruby x.rb", "ruby3.1 x.rb", "gem i", "bundle", "perl x.pl", "perl5.36.0 x",
        "php x.php", "lua x.lua", "tclsh x", "guile x", "Rscript x", "julia x", "java X",
        "javac X.java", "ghci",
        // what runs others
        "bash x.sh", "sh x.sh", "zsh x", "dash x", "fish x", "ksh x", "csh x", "busybox ls",
        "tar xf x.tar", "bsdtar x", "zip x", "unzip x", "find .", "fd x", "sed s/a/b/ x", "gsed x",
        "awk x", "gawk x", "mawk x", "ed x", "xargs ls", "parallel ls", "env", "env ls", "nice ls",
        "nohup ls", "timeout 1 ls", "time ls", "setsid ls", "stdbuf ls", "chroot / ls", "sudo ls",
        "doas ls", "su", "runuser ls", "watch ls", "script x", "expect x", "strace ls", "gdb x",
        // what has options that do
        "ssh host", "scp a b", "rsync a b", "sort x", "split x", "rg x", "ack x", "ag x", "less x",
        "more x", "man ls", "info ls", "vim x", "vi x", "nvim x", "emacs x", "nano x", "docker ps",
        "podman ps", "kubectl get", "terraform plan", "ansible x", "vagrant up", "direnv exec",
        "curl x", "wget x", "crontab x", "at now", "systemctl x", "screen", "tmux",
        // what shells have built in, and what nobody knows
        "test -v x", "read x", "kill 1", "eval ls", "exec ls", "command ls", "builtin ls", "tree",
        "source x", "trap ls", "file x", "install x y", "dd", "bat x", "delta", "nonesuch", "lsx",
        "LS", "Cat x", "ls2", "ls.sh", "-ls"}) {
    CAPTURE(command);
    CHECK_FALSE(allows(command, at.reach(read_only), at.repo));
    CHECK_FALSE(allows(command, at.reach(read_only), at.repo, {.folders = {at.repo.string()}}));
    CHECK(allows(command, at.reach(read_only), at.repo, {.may_run_code_it_finds = code}));
  }
}

TEST_CASE("a program that runs only itself needs no word, from where systems keep it") {
  const Places at;
  for (const char* command : {"ls -la", "cat x", "grep x y", "touch allowed", "printf 'a; b' c",
                              "/bin/ls", "/usr/bin/cat x", "/usr/local/bin/wc x", "true"}) {
    CAPTURE(command);
    CHECK(allows(command, at.reach(read_only), at.repo));
  }
  for (const std::string& command :
       {std::string("./ls"), std::string("../bin/ls"), std::string("bin/ls"), std::string("out/ls"),
        (at.base / "bin/ls").string(), (at.out / "ls").string(), std::string("/tmp/ls"),
        std::string("/bin//ls"), std::string("/bin/../tmp/ls"), std::string("/bin/./ls"),
        std::string("/usr/bin/x/ls"), std::string("/sbin/ls"), std::string("/ls"),
        std::string("/proc/self/cwd/ls")}) {
    CAPTURE(command);
    CHECK_FALSE(allows(command, at.reach(read_only), at.repo));
  }
}

TEST_CASE("printf of a shell, which evaluates subscripts, is not allowed with one") {
  const Places at;
  const Policy policy = allow_commands({"printf *"});
  for (const char* command :
       {"printf -v 'a[$(touch x)]' b", "printf -va[1] b", "printf '-v' 'a[`touch x`]' b",
        "printf %d 'a[$(touch x)]'", "printf -v a -v 'b[$(touch x)]' c"}) {
    CAPTURE(command);
    CHECK_FALSE(allows(policy, in_folder(at.repo, command), at.reach(read_only)));
  }
}

TEST_CASE("a command is not allowed where the agent can write") {
  const Places at;
  CHECK(allows("ls", at.reach(read_only), at.repo));
  const ReachPtr writes = at.reach(workspace_write());
  CHECK_FALSE(allows("ls", writes, at.repo));
  CHECK_FALSE(allows("ls", writes, at.out));
  CHECK_FALSE(allows("ls", writes, at.repo / "not/there/yet"));
  CHECK(allows("ls", writes, at.other));
  CHECK_FALSE(allows("ls", at.reach(workspace_write({at.other.string()})), at.other));
  CHECK_FALSE(allows("ls", at.reach({{"type", "dangerFullAccess"}}), at.other));
  CHECK_FALSE(allows("ls", at.reach({{"type", "externalSandbox"}}), at.other));
  CHECK_FALSE(allows("ls", at.reach({{"type", "newer"}}), at.other));
  CHECK_FALSE(allows("ls", at.reach(workspace_write({"relative"})), at.other));
}

TEST_CASE("links are no way around where a command may run") {
  const Places at;
  fs::create_directory_symlink(at.repo, at.other / "link");
  fs::create_directory_symlink(at.other, at.repo / "elsewhere");
  const ReachPtr writes = at.reach(workspace_write());
  CHECK_FALSE(allows("ls", writes, at.other / "link"));
  CHECK_FALSE(allows("ls", writes, at.other / "link/out"));
  CHECK_FALSE(allows("ls", writes, at.other / "../repo"));
  CHECK_FALSE(allows("ls", at.reach(workspace_write({(at.other / "link").string()})), at.out));

  const CommandRules rules{.folders = {at.repo.string()}};
  CHECK(allows("ls", writes, at.repo, rules));
  CHECK(allows("ls", writes, at.out / "./", rules));
  CHECK_FALSE(allows("ls", writes, at.repo / "elsewhere", rules));
  CHECK_FALSE(allows("ls", writes, at.repo / "elsewhere/x", rules));
  CHECK_FALSE(allows("ls", writes, at.repo / "../other", rules));
  CHECK_FALSE(allows("ls", writes, fs::path(at.repo.string() + "2"), rules));
  CHECK_FALSE(allows("ls", writes, at.base, rules));
  CHECK_FALSE(allows("ls", writes, "repo", rules));
  CHECK_FALSE(allows("ls", writes, "", rules));
  CHECK_FALSE(allows("ls", writes, "/proc/self/root" + at.repo.string(), rules));
}

TEST_CASE("folders are what they were when the policy was made") {
  const Places at;
  const fs::path link = at.base / "link";
  fs::create_directory_symlink(at.repo, link);
  const Policy policy = allow_commands({"ls"}, {.folders = {link.string()}});
  CHECK(allows(policy, in_folder(link, "ls"), at.reach(read_only)));
  fs::remove(link);
  fs::create_directory_symlink(at.other, link);
  CHECK_FALSE(allows(policy, in_folder(link, "ls"), at.reach(read_only)));
  CHECK(allows(policy, in_folder(at.repo, "ls"), at.reach(read_only)));
  fs::rename(at.repo, at.base / "moved");
  fs::create_directory_symlink(at.other, at.repo);
  CHECK_FALSE(allows(policy, in_folder(at.repo, "ls"), at.reach(read_only)));
  CHECK_FALSE(allows(policy, in_folder(at.other, "ls"), at.reach(read_only)));

  codex::testing::write_file(at.base / "file", "x");
  CHECK_THROWS_AS(allow_commands({"ls"}, {.folders = {""}}), std::invalid_argument);
  CHECK_THROWS_AS(allow_commands({"ls"}, {.folders = {(at.base / "file").string()}}),
                  std::invalid_argument);
}

TEST_CASE("a folder that a patch wrote in is the agent's, whatever the sandbox says") {
  const Places at;
  const ReachPtr reach = at.reach(read_only);
  reach->note_patch(Peek(patched(at.out / "HEAD").dump()));
  CHECK_FALSE(allows("ls", reach, at.out));
  CHECK_FALSE(allows("ls", reach, at.out / "objects"));
  CHECK(allows("ls", reach, at.repo));
  // A build, or a test run, of the whole looks there, too.
  CHECK_FALSE(allows("git status", reach, at.repo, {.may_run_code_it_finds = code}));
  CHECK_FALSE(allows("make", reach, at.base, {.may_run_code_it_finds = code}));
  CHECK(allows("make", reach, at.other, {.may_run_code_it_finds = code}));
  CHECK(allows("make", reach, at.repo,
               {.folders = {at.repo.string()}, .may_run_code_it_finds = code}));
}

TEST_CASE("a program of a path is none of a folder that the agent can write") {
  const Places at;
  const CommandRules rules{.may_run_code_it_finds = code};
  const ReachPtr reach = at.reach(workspace_write());
  CHECK_FALSE(allows((at.out / "tool").string(), reach, at.other, rules));
  CHECK_FALSE(allows("../repo/out/tool", reach, at.other, rules));
  CHECK(allows("./tool", reach, at.other, rules));
  fs::create_symlink(at.out / "tool", at.other / "link");
  CHECK_FALSE(allows("./link", reach, at.other, rules));
  CHECK_FALSE(allows((at.other / "link").string(), reach, at.other, rules));
  const CommandRules vouched{.folders = {at.other.string()}, .may_run_code_it_finds = code};
  CHECK_FALSE(allows("./link", reach, at.other, vouched));
}

TEST_CASE("what a program may find above and beside its folder is its project's") {
  const CommandRules rules{.may_run_code_it_finds = code};
  for (const char* marker : {".git/HEAD", ".hg/x", "Cargo.toml", "Makefile", "CMakeLists.txt",
                             "go.work", "package.json", "pnpm-workspace.yaml", "pyproject.toml",
                             "settings.gradle", "pom.xml", "meson.build", "HEAD"}) {
    CAPTURE(marker);
    const Places at;
    const fs::path a = at.repo / "crates/a";
    const fs::path b = at.repo / "crates/b";
    fs::create_directories(a);
    fs::create_directories(b);
    const ReachPtr writes = at.reach(read_only);
    writes->note_grant(b.string());
    CHECK(allows("cargo check", writes, a, rules));
    codex::testing::write_file(at.repo / marker, "x");
    codex::testing::write_file(a / marker, "x");
    CHECK_FALSE(allows("cargo check", writes, a, rules));
    CHECK(allows("cargo check", writes, at.other, rules));
    CHECK(allows("ls", writes, a));
    CHECK(
        allows("cargo check", writes, a, {.folders = {a.string()}, .may_run_code_it_finds = code}));

    const ReachPtr patches = at.reach(read_only);
    CHECK(allows("cargo check", patches, a, rules));
    patches->note_patch(Peek(patched(at.repo / "build/x").dump()));
    CHECK_FALSE(allows("cargo check", patches, a, rules));
    fs::create_directory_symlink(a, at.other / "link");
    CHECK_FALSE(allows("cargo check", patches, at.other / "link", rules));
  }
}

TEST_CASE("an empty folder of a repository's name, as sandboxes leave them, makes no project") {
  const Places at;
  fs::create_directory(at.base / ".git");
  const ReachPtr reach = at.reach(read_only);
  reach->note_patch(Peek(patched(at.out / "x").dump()));
  CHECK(allows("make", reach, at.other, {.may_run_code_it_finds = code}));
  fs::create_directory(at.base / ".git/objects");
  CHECK_FALSE(allows("make", reach, at.other, {.may_run_code_it_finds = code}));
}

TEST_CASE("a command that runs what it finds keeps patches out of its whole project") {
  const Places at;
  codex::testing::write_file(at.repo / "Cargo.toml", "x");
  fs::create_directories(at.repo / "a");
  HandlerContext context = with_reach(at.reach(read_only));
  origin_of(context.origin).terms = std::make_shared<codex::detail::AnswerTerms>();
  const Policy policy = allow_commands({"cargo check"}, {.may_run_code_it_finds = code});
  CHECK(policy(in_folder(at.repo / "a", "cargo check"), context) == codex::approvals::accept());
  CHECK(origin_of(context.origin).terms->occupied() == at.repo);
}

TEST_CASE("a program of PATH that is a link to what an agent wrote is not allowed") {
  const Places at;
  const CommandRules rules{.may_run_code_it_finds = code};
  const fs::path tool = at.base / "bin/tool";
  codex::testing::write_file(at.repo / "tool", "x");
  codex::testing::write_file(at.other / "tool", "x");
  const ReachPtr writes = at.reach(workspace_write());
  const auto runs = [&](const std::string& command, const CommandRules& with) {
    return allows(command, writes, at.other, with);
  };
  fs::create_symlink(at.other / "tool", tool);
  CHECK(runs("tool", rules));
  fs::remove(tool);
  CHECK(runs("tool", rules));  // no such program
  fs::create_symlink(at.repo / "tool", tool);
  CHECK_FALSE(runs("tool", rules));
  CHECK_FALSE(runs("tool", {.folders = {at.other.string()}, .may_run_code_it_finds = code}));
  CHECK_FALSE(runs(tool.string(), rules));
  CHECK(runs("tool2", rules));
  fs::remove(tool);
  fs::create_symlink(at.repo / "not there yet", tool);
  CHECK_FALSE(runs("tool", rules));
  // By way of a link that the agent can exchange.
  fs::remove(tool);
  fs::create_symlink(at.other / "tool", at.repo / "link");
  fs::create_symlink(at.repo / "link", tool);
  CHECK_FALSE(runs("tool", rules));
  CHECK_FALSE(runs((at.repo / "link").string(), rules));
  // One that runs only itself, too, and where login shells look besides.
  fs::create_symlink(at.repo / "tool", at.base / "bin/wc");
  CHECK_FALSE(runs("wc", {}));
  for (const char* folder : {"bin", ".local/bin"}) {
    fs::create_directories(at.home / folder);
    const fs::path link = at.home / folder / "cat";
    CHECK(runs("cat", {}));
    fs::create_symlink(at.repo / "tool", link);
    CHECK_FALSE(runs("cat", {}));
    fs::remove(link);
  }
}

TEST_CASE("a link that lies where an agent can write leads to no folder for a command") {
  const Places at;
  const ReachPtr writes = at.reach(workspace_write());
  fs::create_directory_symlink(at.other, at.repo / "link");
  fs::create_directory_symlink(at.repo / "link", at.base / "by-another");
  fs::create_directory_symlink(at.other, at.base / "fixed");
  const CommandRules any{.may_run_code_it_finds = code};
  const CommandRules vouched{.folders = {at.other.string(), at.repo.string()},
                             .may_run_code_it_finds = code};
  for (const fs::path& cwd : {at.repo / "link", at.repo / "link/x", at.base / "by-another"}) {
    CAPTURE(cwd.string());
    CHECK_FALSE(allows("ls", writes, cwd));
    CHECK_FALSE(allows("git status", writes, cwd, any));
    CHECK_FALSE(allows("git status", writes, cwd, vouched));
    CHECK_FALSE(allows("ls", writes, cwd, {.folders = {at.other.string()}}));
  }
  CHECK(allows("ls", writes, at.base / "fixed"));
  CHECK(allows("git status", writes, at.base / "fixed", vouched));
  CHECK(allows("ls", at.reach(read_only), at.repo / "link"));
  // Nor to a program.
  codex::testing::write_file(at.other / "tool", "x");
  CHECK_FALSE(allows("../repo/link/tool", writes, at.other, any));
  CHECK(allows("../fixed/tool", writes, at.other, any));
}

TEST_CASE("nothing is allowed when the agent can write what a login shell reads") {
  const Places at;
  const auto after = [&](const fs::path& file) {
    const ReachPtr reach = at.reach(read_only);
    reach->note_patch(Peek(patched(file).dump()));
    const CommandRules rules{.folders = {at.other.string()}};
    return allows("ls", reach, at.other) || allows("ls", reach, at.other, rules);
  };
  CHECK(after(at.home / "project/file"));
  for (const fs::path& file :
       {at.home / ".bashrc", at.home / ".profile", at.home / ".config/git/config",
        at.home / ".local/bin/ls", at.base / "bin/ls", fs::path("/usr/bin/ls"), at.base / "x",
        fs::path("/etc/profile"), fs::path("/x"), at.home / "x"}) {
    CAPTURE(file.string());
    CHECK_FALSE(after(file));
  }
  CHECK_FALSE(allows("ls", at.reach(workspace_write({at.home.string()})), at.other));
  CHECK_FALSE(allows("ls", at.reach(workspace_write({at.base.string()})), "/usr"));
  for (const char* path : {"", ".", ":/usr/bin", "/usr/bin:", "/usr/bin:bin", "~/bin"}) {
    CAPTURE(path);
    const ReachPtr reach =
        reach_of(read_only, at.repo.string(), {.home = at.home.string(), .path = path, .temp = {}});
    CHECK_FALSE(allows("ls", reach, at.repo));
  }
  const ReachPtr homeless =
      reach_of(read_only, at.repo.string(), {.home = "", .path = "/bin", .temp = {}});
  CHECK_FALSE(allows("ls", homeless, at.repo));
}

TEST_CASE("what nobody knows of counts as the agent's, unless its folder was named") {
  const Places at;
  const CommandRules rules{.folders = {at.repo.string()}};
  const Policy policy = allow_commands({"ls"});
  const Policy bound = allow_commands({"ls"}, rules);
  const auto params = in_folder(at.repo, "ls");
  CHECK(policy(params).kind() == codex::approvals::Decision::Kind::decline);
  CHECK(bound(params) == codex::approvals::accept());

  HandlerContext of_another = with_reach(at.reach(read_only));
  of_another.thread_id = "t2";
  CHECK(policy(params, of_another).kind() == codex::approvals::Decision::Kind::decline);
  CHECK(bound(params, of_another) == codex::approvals::accept());
}

TEST_CASE("a command without a folder, or of another machine, is not allowed") {
  const Places at;
  for (const CommandRules& rules : {CommandRules{}, CommandRules{.folders = {at.repo.string()}}}) {
    const Policy policy = allow_commands({"ls"}, rules);
    auto params = in_folder(at.repo, "ls");
    params.environment_id = "local";
    CHECK(allows(policy, params, at.reach(read_only)));
    params.environment_id = "devbox";
    CHECK_FALSE(allows(policy, params, at.reach(read_only)));
    params.environment_id = "";
    CHECK_FALSE(allows(policy, params, at.reach(read_only)));
    params = in_folder(at.repo, "ls");
    params.cwd = {};
    CHECK_FALSE(allows(policy, params, at.reach(read_only)));
    for (const std::string& cwd :
         {std::string(), std::string("."), std::string("repo"), std::string("~"),
          std::string("$HOME"), std::string("file:///repo"), std::string("C:\\repo"),
          at.repo.string() + "/\xef\xbf\xbd", at.repo.string() + std::string("\0x", 2)}) {
      params.cwd = cwd;
      CHECK_FALSE(allows(policy, params, at.reach(read_only)));
    }
  }
}

TEST_CASE("the older request of a command obeys the same rules") {
  const Places at;
  const auto asks = [&](const CommandRules& rules, const fs::path& cwd, const Json& sandbox) {
    return allow_commands({"ls", "git status"}, rules)(
               types::ExecCommandApprovalParams{.call_id = "c",
                                                .command = {"bash", "-lc", "git status"},
                                                .conversation_id = {},
                                                .cwd = cwd.string(),
                                                .parsed_cmd = {}},
               with_reach(at.reach(sandbox))) == codex::approvals::accept();
  };
  CHECK_FALSE(asks({}, at.repo, read_only));
  CHECK(asks({.may_run_code_it_finds = code}, at.repo, read_only));
  CHECK_FALSE(asks({.may_run_code_it_finds = code}, at.repo, workspace_write()));
  CHECK_FALSE(asks({.folders = {at.other.string()}, .may_run_code_it_finds = code}, at.repo,
                   workspace_write()));
  CHECK(asks({.folders = {at.repo.string()}, .may_run_code_it_finds = code}, at.repo,
             workspace_write()));
}
