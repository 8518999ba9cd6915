#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "testing/temp_dir.hpp"

using codex::Json;
using codex::testing::MockModel;
using codex::testing::Reply;
namespace approvals = codex::approvals;
namespace fs = std::filesystem;
namespace types = codex::protocol;

namespace {

/// Keeps the tests independent of what login shells read on this machine.
constexpr const char* no_home = "/nonexistent";

/// A runtime that asks before each command and each patch, and what became of them.
class Agent {
 public:
  Agent(MockModel& mock, const approvals::Policy& policy)
      : mock_(mock),
        codex_(config(mock, policy)),
        thread_(codex_.thread_start(
            {.extra_params = {{"approvalPolicy", "untrusted"}, {"approvalsReviewer", "user"}}})) {}

  /// Runs a turn in which the model does this.
  codex::TurnResult does(const Reply& reply) {
    mock_.reply(reply);
    mock_.reply("Done.");
    return thread_.run("Go on.");
  }

 private:
  static codex::CodexConfig config(const MockModel& mock, const approvals::Policy& policy) {
    codex::CodexConfig config = mock.config();
    config.env["HOME"] = no_home;
    config.handlers = {.command_approval = policy, .file_change_approval = policy};
    return config;
  }

  MockModel& mock_;
  codex::Codex codex_;
  codex::Thread thread_;
};

std::string patch_that_adds(const fs::path& file) {
  return "*** Begin Patch\n*** Add File: " + file.string() + "\n+new\n*** End Patch\n";
}

Reply adds(const fs::path& file) { return Reply{}.patch(patch_that_adds(file)); }

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

/// How the commands of a turn ended.
std::vector<types::CommandExecutionStatus> commands(const codex::TurnResult& result) {
  std::vector<types::CommandExecutionStatus> out;
  for (const auto& item : result.items) {
    if (const auto* command = item.as<types::CommandExecutionThreadItem>())
      out.push_back(command->status);
  }
  return out;
}

}  // namespace

TEST_CASE("allow_commands lets the runtime run what is allowed, and nothing that looks like it") {
  MockModel mock;
  Agent agent(mock, approvals::allow_commands({"touch allowed", "printf *"}));
  const auto statuses = [&](const std::string& command) {
    return commands(agent.does(Reply{}.shell(command, {.escalated = true})));
  };
  using Status = types::CommandExecutionStatus;

  CHECK(statuses("touch allowed") == std::vector<Status>{Status::completed});
  CHECK(fs::exists(mock.workspace() / "allowed"));
  CHECK(statuses("printf 'a; b' \"c\"") == std::vector<Status>{Status::completed});

  for (const std::string command :
       {"touch other", "touch allowed other", "touch allowed; touch other",
        "touch allowed && touch other", "touch allowed\ntouch other", "touch allowed > other",
        "printf x > other", "printf $(touch other)", "printf \"`touch other`\"", "env touch other",
        "bash -c 'touch other'", "X=1 touch allowed; touch other"}) {
    CAPTURE(command);
    CHECK(statuses(command) == std::vector<Status>{Status::declined});
  }
  CHECK_FALSE(fs::exists(mock.workspace() / "other"));
}

TEST_CASE("allow_writes_under lets patches write in its folder, and through no link out of it") {
  const codex::testing::detail::TempDir elsewhere("codex-elsewhere-");
  MockModel mock;
  const fs::path workspace = fs::canonical(mock.workspace());
  const fs::path out = workspace / "out";
  fs::create_directories(out / "sub");
  fs::create_directory_symlink(elsewhere.path(), out / "link");
  fs::create_symlink(elsewhere.path() / "dangling", out / "dangling");
  Agent agent(mock, approvals::allow_writes_under(out.string()));

  agent.does(adds("out/new"));
  CHECK(content(out / "new") == "new\n");
  agent.does(adds(out / "sub/new"));
  CHECK(content(out / "sub/new") == "new\n");

  for (const fs::path& file :
       {fs::path("beside"), fs::path("outside/new"), fs::path("out/../up"),
        fs::path("out/link/new"), fs::path("out/dangling"), elsewhere.path() / "new"}) {
    CAPTURE(file.string());
    agent.does(adds(file));
  }
  agent.does(Reply{}.patch(
      "*** Begin Patch\n*** Update File: out/new\n*** Move to: moved\n@@\n-new\n+newer\n"
      "*** End Patch\n"));
  CHECK(content(out / "new") == "new\n");
  CHECK(names_in(workspace) == std::set<std::string>{"out"});
  CHECK(names_in(elsewhere.path()).empty());
}

namespace {

/// A runtime whose agent asks for more than its sandbox allows, and a folder `out` for its patches.
/// What it should not run leaves a file `pwned`.
class Desk {
 public:
  using Setup = std::function<void(Desk&, codex::CodexConfig&)>;

  explicit Desk(const Setup& setup, codex::ThreadStartOptions options = {}) {
    fs::create_directory(out);
    codex::CodexConfig config = mock.config();
    config.env["HOME"] = no_home;
    setup(*this, config);
    codex_.emplace(config);
    options.approval_mode = codex::ApprovalMode::ask;
    thread_.emplace(codex_->thread_start(std::move(options)));
  }

  codex::TurnResult does(const Reply& reply, const codex::TurnOptions& options = {}) {
    mock.reply(reply);
    mock.reply("Done.");
    return thread_->run("Go on.", options);
  }

  /// Whether the command ran, outside of the sandbox.
  bool runs(const std::string& command, const fs::path& folder,
            const codex::TurnOptions& options = {}) {
    const auto statuses = commands(
        does(Reply{}.shell(command, {.escalated = true, .workdir = folder.string()}), options));
    REQUIRE(statuses.size() == 1);
    return statuses.front() != types::CommandExecutionStatus::declined;
  }

  /// Whether the patch that adds this file was applied.
  bool adds(const fs::path& file, const std::string& line = "new") {
    does(Reply{}.patch("*** Begin Patch\n*** Add File: " + file.string() + "\n+" + line +
                       "\n*** End Patch\n"));
    std::error_code error;
    return fs::exists(file, error);
  }

  [[nodiscard]] bool is_pwned() const { return fs::exists(pwned); }
  [[nodiscard]] std::string touches() const { return "touch " + pwned.string(); }

  /// What makes `out` a repository whose `git status` runs a command.
  [[nodiscard]] std::string trap() const {
    return "*** Add File: out/HEAD\n+ref: refs/heads/main\n*** Add File: out/objects/x\n+x\n"
           "*** Add File: out/refs/x\n+x\n*** Add File: out/config\n+[core]\n+\tbare = false\n"
           "+\trepositoryformatversion = 0\n+\tworktree = " +
           out.string() + "\n+\tfsmonitor = \"" + touches() + "; false\"\n";
  }

  MockModel mock{{.approval_policy = "on-request"}};
  fs::path workspace = fs::canonical(mock.workspace());
  fs::path out = workspace / "out";
  fs::path pwned = fs::canonical(mock.codex_home().parent_path()) / "pwned";

 private:
  std::optional<codex::Codex> codex_;
  std::optional<codex::Thread> thread_;
};

/// One policy for commands and patches.
Desk::Setup asking(const std::function<approvals::Policy(const Desk&)>& policy_for) {
  return [policy_for](Desk& desk, codex::CodexConfig& config) {
    const approvals::Policy policy = policy_for(desk);
    config.handlers = {
        .command_approval = policy, .file_change_approval = policy, .permissions_approval = policy};
  };
}

approvals::Policy with_word(const std::vector<std::string>& patterns) {
  return approvals::allow_commands(patterns, {.may_run_code_it_finds = true});
}

std::string patch(const std::string& changes) {
  return "*** Begin Patch\n" + changes + "*** End Patch\n";
}

}  // namespace

TEST_CASE("README's policy runs no command of the agent's, wherever the agent can write") {
  Desk desk(asking([](const Desk& at) {
    return approvals::first_of(approvals::allow_commands({"git status", "ls *"}),
                               approvals::allow_writes_under(at.out.string()));
  }));
  desk.does(Reply{}.patch(patch(desk.trap())));
  CHECK_FALSE(desk.runs("git status", desk.out));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("a yes to one command or patch runs no other command that has its id") {
  bool is_slow = false;
  SUBCASE("at once") {}
  SUBCASE("after a while") { is_slow = true; }
  Desk desk([&](Desk& at, codex::CodexConfig& config) {
    const approvals::Policy policy =
        approvals::first_of(approvals::allow_commands({"git status", "ls *"}),
                            approvals::allow_writes_under(at.out.string()));
    const auto answer = [=](const auto& params, const codex::HandlerContext& context) {
      const approvals::Decision decision = policy(params, context);
      const bool is_yes = decision == approvals::accept();
      if (is_slow) std::this_thread::sleep_for(std::chrono::milliseconds(is_yes ? 100 : 300));
      return decision;
    };
    config.handlers = {.command_approval = answer, .file_change_approval = answer};
  });
  const auto twins = [&](const Reply& harmless, const std::string& id) {
    desk.does(Reply(harmless).id(id).shell(desk.touches(), {.escalated = true, .workdir = "/usr"}));
  };
  const int tries = is_slow ? 3 : 20;
  for (int i = 0; i < tries && !desk.is_pwned(); ++i) {
    const std::string id = "c" + std::to_string(i);
    twins(Reply{}.id(id).shell("ls -l", {.escalated = true, .workdir = "/usr"}), id);
    twins(Reply{}.id(id).patch(patch("*** Add File: out/f" + std::to_string(i) + "\n+x\n")), id);
  }
  CHECK_FALSE(desk.is_pwned());
  CHECK(desk.runs("ls -l", "/usr"));
}

TEST_CASE("a repository that the agent patched together is no place for git, whoever said yes") {
  Desk desk(asking([](const Desk&) {
    return approvals::first_of(
        with_word({"git status", "ls"}), [](const approvals::Request& request) {
          return request.file_change ? approvals::accept() : approvals::decline();
        });
  }));
  CHECK(desk.runs("git status", desk.out));  // no repository: it fails, but it runs
  desk.does(Reply{}.patch(patch(desk.trap())));
  REQUIRE(fs::exists(desk.out / "HEAD"));
  CHECK_FALSE(desk.runs("git status", desk.out));
  CHECK_FALSE(desk.runs("git status", desk.workspace));
  CHECK_FALSE(desk.runs("git status", desk.out / "refs"));
  CHECK_FALSE(desk.runs("ls", desk.out));
  CHECK(desk.runs("ls", desk.workspace));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("a repository that the agent made in its writable folder is no place for git") {
  Desk desk(asking([](const Desk&) {
              return with_word({"git status", "ls"});
            }),
            {.sandbox = codex::Sandbox::workspace_write});
  desk.does(Reply{}.shell(
      "git init -q --bare out && git -C out config core.bare false && git -C out "
      "config core.worktree " +
      desk.out.string() + " && git -C out config core.fsmonitor '" + desk.touches() + "; false'"));
  REQUIRE(fs::exists(desk.out / "HEAD"));
  CHECK_FALSE(desk.runs("git status", desk.out));
  CHECK_FALSE(desk.runs("git status", desk.workspace));
  CHECK_FALSE(desk.runs("ls", desk.out));
  CHECK_FALSE(desk.runs("ls", "/tmp"));
  CHECK(desk.runs("ls", "/usr"));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("a turn that may write makes its folder the agent's for good") {
  Desk desk(asking([](const Desk&) { return approvals::allow_commands({"ls"}); }));
  CHECK(desk.runs("ls", desk.workspace));
  CHECK_FALSE(desk.runs("ls", desk.workspace, {.sandbox = codex::Sandbox::workspace_write}));
  CHECK_FALSE(desk.runs("ls", desk.workspace, {.sandbox = codex::Sandbox::read_only}));
  CHECK(desk.runs("ls", "/usr"));
  CHECK_FALSE(desk.runs("ls", "/usr", {.cwd = "/usr", .sandbox = codex::Sandbox::workspace_write}));
}

TEST_CASE("folders bind where a command may run") {
  Desk desk(
      asking([](const Desk& at) {
        return approvals::allow_commands({"ls", "git status"}, {.folders = {at.out.string()}});
      }),
      {.sandbox = codex::Sandbox::workspace_write});
  fs::create_directory_symlink("/usr", desk.out / "link");
  CHECK(desk.runs("ls", desk.out));
  CHECK_FALSE(desk.runs("git status", desk.out));
  CHECK_FALSE(desk.runs("ls", desk.workspace));
  CHECK_FALSE(desk.runs("ls", desk.out / "link"));
  CHECK_FALSE(desk.runs("ls", desk.out / ".."));
}

TEST_CASE("a shell's own printf runs nothing that its arguments name") {
  Desk desk(asking([](const Desk&) { return approvals::allow_commands({"printf *"}); }));
  CHECK_FALSE(desk.runs("printf -v 'a[$(" + desk.touches() + ")]' x", desk.workspace));
  CHECK_FALSE(desk.runs("printf -v'a[`" + desk.touches() + "`]' x", desk.workspace));
  CHECK(desk.runs("printf '%s' x", desk.workspace));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("nothing is allowed once the agent wrote what a login shell reads") {
  Desk desk([](Desk& at, codex::CodexConfig& config) {
    fs::create_directories(at.workspace / "home");
    config.env["HOME"] = (at.workspace / "home").string();
    config.handlers = {.command_approval = approvals::allow_commands({"ls"}),
                       .file_change_approval = approvals::accept_all};
  });
  CHECK(desk.runs("ls", "/usr"));
  CHECK(desk.adds(desk.workspace / "home/.bash_profile", desk.touches()));
  CHECK_FALSE(desk.runs("ls", "/usr"));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("nothing is allowed once the agent wrote a program of PATH") {
  Desk desk([](Desk& at, codex::CodexConfig& config) {
    const fs::path bin = at.workspace / "bin";
    fs::create_directories(bin);
    std::ofstream(bin / "tool") << "#!/bin/sh\ntrue\n";
    fs::permissions(bin / "tool", fs::perms::owner_all);
    config.env["PATH"] = bin.string() + ":/usr/bin:/bin";
    config.handlers = {.command_approval = with_word({"tool"}),
                       .file_change_approval = approvals::accept_all};
  });
  CHECK(desk.runs("tool", "/usr"));
  desk.does(Reply{}.patch(
      patch("*** Update File: bin/tool\n@@\n #!/bin/sh\n-true\n+" + desk.touches() + "\n")));
  CHECK(content(desk.workspace / "bin/tool").find("pwned") != std::string::npos);
  CHECK_FALSE(desk.runs("tool", "/usr"));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("a patch into the folder of a command that runs what it finds there waits for a person") {
  Desk desk([](Desk& at, codex::CodexConfig& config) {
    std::ofstream(at.out / "run.sh")
        << "until [ -e code ] || [ -e ../go ]; do sleep 0.01; done\n[ -e code ] && . ./code\n";
    const approvals::Policy writes = approvals::allow_writes_under(at.out.string());
    config.handlers = {.command_approval = with_word({"sh run.sh"}),
                       .file_change_approval = [writes, go = at.workspace / "go"](
                                                   const auto& params, const auto& context) {
                         const approvals::Decision decision = writes(params, context);
                         if (decision != approvals::accept()) std::ofstream(go) << "go";
                         return decision;
                       }};
  });
  const auto result =
      desk.does(Reply{}
                    .shell("sh run.sh", {.escalated = true, .workdir = desk.out.string()})
                    .patch(patch("*** Add File: out/code\n+" + desk.touches() + "\n")));
  REQUIRE(fs::exists(desk.workspace / "go"));
  CHECK_FALSE(desk.is_pwned());
}

TEST_CASE("a folder that becomes a link between the judgement and the answer is not written in") {
  const codex::testing::detail::TempDir elsewhere("codex-elsewhere-");
  Desk desk([&](Desk& at, codex::CodexConfig& config) {
    fs::create_directory(at.out / "sub");
    const approvals::Policy writes = approvals::allow_writes_under(at.out.string());
    config.handlers = {
        .file_change_approval = [&, writes](const auto& params, const auto& context) {
          const approvals::Decision decision = writes(params, context);
          CHECK(decision == approvals::accept());
          fs::remove(at.out / "sub");
          fs::create_directory_symlink(elsewhere.path(), at.out / "sub");
          return decision;
        }};
  });
  desk.adds(desk.out / "sub/file");
  CHECK(names_in(elsewhere.path()).empty());
}

TEST_CASE(
    "a folder that becomes the agent's between the judgement and the answer is none to run in") {
  Desk desk([](Desk& at, codex::CodexConfig& config) {
    const approvals::Policy rule =
        approvals::allow_commands({"ls"}, {.folders = {at.out.string()}});
    config.handlers = {.command_approval = [&at, rule](const auto& params, const auto& context) {
      const approvals::Decision decision = rule(params, context);
      CHECK(decision == approvals::accept());
      fs::remove(at.out);
      fs::create_directory_symlink("/usr", at.out);
      return decision;
    }};
  });
  CHECK_FALSE(desk.runs("ls", desk.out));
}

TEST_CASE("allow_writes_under leaves alone what programs run or obey by themselves") {
  Desk desk(asking([](const Desk& at) { return approvals::allow_writes_under(at.out.string()); }));
  fs::create_directories(desk.out / ".git/hooks");
  fs::create_directories(desk.out / "bare");
  std::ofstream(desk.out / "bare/HEAD") << "ref: refs/heads/main\n";
  fs::create_directory_symlink(".git", desk.out / "link");
  for (const char* name : {".git/config",
                           ".git/hooks/pre-commit",
                           ".GIT/config",
                           "sub/.git",
                           "sub/.git/config",
                           ".codex/config.toml",
                           ".agents/skills/x/SKILL.md",
                           "HEAD",
                           "sub/head",
                           ".envrc",
                           ".vscode/tasks.json",
                           "link/config",
                           "link/hooks/pre-commit",
                           "bare/config",
                           "bare/hooks/post-checkout",
                           "bare/objects/x",
                           "git~1/config",
                           ".git./config",
                           "\u200c.git/config",
                           ".g\u200dit/config",
                           "sub/HEAD "}) {
    CAPTURE(name);
    CHECK_FALSE(desk.adds(desk.out / name));
  }
  CHECK(names_in(desk.out) == std::set<std::string>{".git", "bare", "link"});
  CHECK(names_in(desk.out / ".git") == std::set<std::string>{"hooks"});
  CHECK(names_in(desk.out / ".git/hooks").empty());
  CHECK(names_in(desk.out / "bare") == std::set<std::string>{"HEAD"});
  CHECK(desk.adds(desk.out / "config"));
  CHECK(desk.adds(desk.out / "Makefile"));
}

TEST_CASE("a sub-agent is bound by what the agent that started it can write") {
  MockModel mock({.approval_policy = "on-request"});
  std::atomic<bool> is_spawned = false;
  mock.on_request([&](const codex::testing::ModelRequest& request) -> Reply {
    const std::string task = request.last_user_text();
    const bool is_answered = request.body.dump().find("call_of_child") != std::string::npos;
    if (task.find("list ") == 0 && !is_answered) {
      return Reply{}
          .id("call_of_child")
          .shell("ls", {.escalated = true, .workdir = task.substr(5)});
    }
    if (task.find("list ") == 0 || is_spawned.exchange(true)) return Reply("Done.");
    return Reply{}.tool_call("spawn_agent", {{"message", "list " + task}}, "multi_agent_v1");
  });
  const approvals::Policy policy = approvals::allow_commands({"ls"});
  std::promise<approvals::Decision> decided;
  codex::CodexConfig config = mock.config();
  config.env["HOME"] = no_home;
  config.handlers.command_approval = [&](const auto& params, const auto& context) {
    const approvals::Decision decision = policy(params, context);
    decided.set_value(decision);
    return decision;
  };
  codex::Codex codex(config);
  codex::Thread thread = codex.thread_start(
      {.approval_mode = codex::ApprovalMode::ask, .sandbox = codex::Sandbox::workspace_write});
  const auto allows_child = [&](const std::string& folder) {
    is_spawned = false;
    decided = {};
    auto decision = decided.get_future();
    thread.run(folder);
    REQUIRE(decision.wait_for(std::chrono::seconds(60)) == std::future_status::ready);
    return decision.get() == approvals::accept();
  };
  CHECK(allows_child("/usr"));
  CHECK_FALSE(allows_child(fs::canonical(mock.workspace()).string()));
}
