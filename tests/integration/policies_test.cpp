#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

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
