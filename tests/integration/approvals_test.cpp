#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/stopping.hpp"

using codex::HandlerContext;
using codex::Handlers;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using codex::testing::wait_for_stop;
using namespace std::chrono_literals;
namespace approvals = codex::approvals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;
using Command = types::CommandExecutionRequestApprovalParams;
using FileChange = types::FileChangeRequestApprovalParams;

namespace {

/// A runtime whose agent has to ask before it writes anything.
class Workplace {
 public:
  explicit Workplace(std::map<std::string, std::string> settings = {})
      : mock({.approval_policy = "on-request",
              .sandbox_mode = "read-only",
              .settings = std::move(settings)}) {}

  [[nodiscard]] std::filesystem::path file(const char* name) const {
    return mock.workspace() / name;
  }
  [[nodiscard]] bool has(const char* name) const { return std::filesystem::exists(file(name)); }
  [[nodiscard]] std::string text(const char* name) const {
    std::ifstream in(file(name));
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// The agent wants to make that file, by a command.
  [[nodiscard]] Reply touch(const char* name) const {
    return Reply{}.shell("touch " + file(name).string(), {.escalated = true});
  }
  /// The agent wants to make that file, by a patch.
  [[nodiscard]] Reply add(const char* name) const {
    return Reply{}.patch("*** Begin Patch\n*** Add File: " + file(name).string() +
                         "\n+hello\n*** End Patch\n");
  }

  [[nodiscard]] codex::CodexConfig config(Handlers handlers) const {
    auto config = mock.config();
    config.handlers = std::move(handlers);
    return config;
  }

  MockModel mock;
};

/// A thread whose client is asked.
codex::Thread start(codex::Codex& codex) {
  return codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
}

/// Answers all commands alike.
Handlers commands(const approvals::Decision& decision) {
  return {.command_approval = [decision](const Command&) { return decision; }};
}

Handlers patches(const approvals::Decision& decision) {
  return {.file_change_approval = [decision](const FileChange&) { return decision; }};
}

/// How the turn's only command, or patch, ended.
template <class Item>
std::string status_of(const codex::TurnResult& result) {
  std::string status = "(none)";
  for (const auto& item : result.items) {
    if (const auto* found = item.as<Item>()) status = found->status.name();
  }
  return status;
}

constexpr auto command_status = status_of<types::CommandExecutionThreadItem>;
constexpr auto patch_status = status_of<types::FileChangeThreadItem>;

/// The first command that is asked about is answered so, all others are declined. Each command runs
/// in a process of the runtime of its own, with the same CODEX_HOME.
class Rules {
 public:
  using Answer = std::function<types::CommandExecutionRequestApprovalResponse(const Command&)>;

  explicit Rules(Answer answer) : answer_(std::move(answer)) {}

  /// How the command ended for which the model would like this rule.
  std::string run(const std::string& command, std::vector<std::string> models_rule) {
    codex::Codex codex(place.config({.command_approval = [&](const Command& wants) {
      if (++asked == 1) return answer_(wants);
      return types::CommandExecutionRequestApprovalResponse(approvals::decline());
    }}));
    place.mock.reply(
        Reply{}.shell(command, {.escalated = true, .prefix_rule = std::move(models_rule)}));
    place.mock.reply("done");
    return command_status(start(codex).run("write"));
  }

  /// The command that makes this file.
  [[nodiscard]] std::string touch(const char* file) const {
    return "touch " + place.file(file).string();
  }

  /// The rules that the runtime has stored.
  [[nodiscard]] std::string stored() const {
    std::ifstream in(place.mock.codex_home() / "rules" / "default.rules");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  Workplace place;
  std::atomic<int> asked = 0;

 private:
  Answer answer_;
};

}  // namespace

TEST_CASE("a command that is accepted runs, and knows where and why") {
  Workplace place;
  place.mock.reply(Reply{}.shell("touch " + place.file("made").string(),
                                 {.escalated = true, .justification = "May I?"}));
  place.mock.reply("done");
  codex::Codex codex(
      place.config({.command_approval = [&](const Command& asked, const HandlerContext& context) {
        CHECK(asked.command->find("touch") != std::string::npos);
        CHECK(asked.reason == "May I?");
        CHECK(asked.cwd == place.mock.workspace().string());
        CHECK(context.method == "item/commandExecution/requestApproval");
        CHECK(context.thread().id() == asked.thread_id);
        CHECK(context.turn_id == asked.turn_id);
        const auto item = context.item();
        REQUIRE(item);
        CHECK(item->id() == asked.item_id);
        CHECK_FALSE(place.has("made"));
        return approvals::accept();
      }}));
  const auto result = start(codex).run("write");
  CHECK(command_status(result) == "completed");
  CHECK(result.final_response == "done");
  CHECK(place.has("made"));
}

TEST_CASE("a command that is declined does not run, and the turn goes on") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  place.mock.reply("as you wish");
  codex::Codex codex(place.config(commands(approvals::decline())));
  const auto result = start(codex).run("write");
  CHECK(command_status(result) == "declined");
  CHECK(result.final_response == "as you wish");
  CHECK_FALSE(place.has("made"));
}

TEST_CASE("a command that is cancelled does not run, and the turn ends") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  codex::Codex codex(place.config(commands(approvals::cancel())));
  const auto result = start(codex).run("write");
  CHECK(result.status == types::TurnStatus::interrupted);
  CHECK_FALSE(place.has("made"));
  CHECK(place.mock.requests().size() == 1);
}

TEST_CASE("a command that is accepted for the session is not asked about again") {
  Workplace place;
  std::atomic<int> asked = 0;
  codex::Codex codex(place.config({.command_approval = [&](const Command&) {
    ++asked;
    return approvals::accept_for_session();
  }}));
  const auto thread = start(codex);
  for (int turn = 0; turn < 2; ++turn) {
    place.mock.reply(place.touch("made"));
    place.mock.reply("done");
    CHECK(command_status(thread.run("write")) == "completed");
    CHECK(std::filesystem::remove(place.file("made")));
  }
  CHECK(asked == 1);
}

TEST_CASE("an accept for the session holds for a script that was changed since") {
  Workplace place;
  std::atomic<int> asked = 0;
  codex::Codex codex(place.config({.command_approval = [&](const Command&) {
    ++asked;
    return approvals::accept_for_session();
  }}));
  const auto thread = start(codex);
  for (const char* file : {"first", "second"}) {
    std::ofstream(place.file("x.sh")) << "touch " << place.file(file).string() << '\n';
    place.mock.reply(Reply{}.shell("sh x.sh", {.escalated = true}));
    place.mock.reply("done");
    CHECK(command_status(thread.run("write")) == "completed");
    CHECK(place.has(file));
  }
  CHECK(asked == 1);  // what policies.hpp and the guide warn of
}

TEST_CASE("a rule is the whole command, however short the one that the model proposes") {
  Rules rules([](const Command& command) { return approvals::accept_with_rule(command); });
  std::ofstream(rules.place.file("first")) << "1";
  std::ofstream(rules.place.file("second")) << "2";
  const std::string first = "cat " + rules.place.file("first").string();
  CHECK(rules.run(first, {"cat"}) == "completed");
  CHECK(rules.stored() == "prefix_rule(pattern=[\"cat\", \"" + rules.place.file("first").string() +
                              "\"], decision=\"allow\")\n");
  CHECK(rules.run(first, {"cat"}) == "completed");
  CHECK(rules.asked == 1);
  CHECK(rules.run("cat " + rules.place.file("second").string(), {"cat"}) == "declined");
  CHECK(rules.asked == 2);
}

TEST_CASE("no rule is stored by itself for a program that writes") {
  Rules rules([](const Command& command) { return approvals::accept_with_rule(command); });
  CHECK(rules.run(rules.touch("first"), {"touch"}) == "completed");
  CHECK(rules.place.has("first"));
  CHECK(rules.stored().empty());
  CHECK(rules.run(rules.touch("first"), {"touch"}) == "declined");
  CHECK(rules.asked == 2);
}

TEST_CASE("no rule is stored by itself for a program that runs what its arguments say") {
  Rules rules([](const Command& command) { return approvals::accept_with_rule(command); });
  CHECK(rules.run("find . -name x.py", {"find"}) == "completed");
  CHECK(rules.stored().empty());
  CHECK(rules.run("find . -maxdepth 0 -exec touch made +", {"find"}) == "declined");
  CHECK_FALSE(rules.place.has("made"));
  CHECK(rules.asked == 2);
}

TEST_CASE("no rule is stored by itself for what is more than one plain command") {
  for (const char* command : {"echo a | tee note.txt", "echo a && echo b", "echo $HOME"}) {
    CAPTURE(command);
    Rules rules([](const Command& asked) { return approvals::accept_with_rule(asked); });
    CHECK(rules.run(command, {"echo"}) == "completed");
    CHECK(rules.stored().empty());
  }
}

TEST_CASE("a rule of one's own holds for all that begins with it") {
  Rules rules([](const Command& command) {
    CHECK_FALSE(approvals::proposed_rule(command));  // touch writes
    return approvals::accept_with_rule(command, {"touch"});
  });
  CHECK(rules.run(rules.touch("first"), {}) == "completed");
  CHECK(rules.stored() == "prefix_rule(pattern=[\"touch\"], decision=\"allow\")\n");
  CHECK(rules.run(rules.touch("second"), {}) == "completed");
  CHECK(rules.place.has("second"));
  CHECK(rules.asked == 1);
}

TEST_CASE("a rule of the whole command allows more arguments after it") {
  Rules rules([](const Command& command) { return approvals::accept_with_rule(command); });
  std::ofstream(rules.place.file("first")) << "1";
  const std::string first = "cat " + rules.place.file("first").string();
  CHECK(rules.run(first, {}) == "completed");
  CHECK(rules.run(first + " " + first.substr(4), {}) == "completed");
  CHECK(rules.asked == 1);  // what approvals.hpp warns of
}

TEST_CASE("a command whose handler throws does not run, and the app is told") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  place.mock.reply("as you wish");
  Gate told;
  std::string message;
  codex::Codex codex(place.config({.command_approval = [](const Command&) -> approvals::Decision {
                                     throw std::runtime_error("the terminal is gone");
                                   },
                                   .on_problem =
                                       [&](const codex::HandlerProblem& problem) {
                                         message = problem.message;
                                         told.open();
                                       }}));
  const auto result = start(codex).run("write");
  CHECK(command_status(result) == "declined");
  CHECK(result.final_response == "as you wish");
  CHECK_FALSE(place.has("made"));
  CHECK(told.pass({}));
  CHECK(message == "the terminal is gone");
}

TEST_CASE("a yes that comes too late is a no") {
  bool has_run = false;
  // Where its thread does not begin in the time that it has, the handler is not called at all.
  for (auto time = 50ms; !has_run && time < 20s; time *= 2) {
    Workplace place;
    place.mock.reply(place.touch("made"));
    place.mock.reply("as you wish");
    Gate running;
    Gate answered;
    auto config =
        place.config({.command_approval = [&](const Command&, const HandlerContext& context) {
          running.open();
          (void)wait_for_stop(context);
          answered.open();
          return approvals::accept();
        }});
    config.handler_timeout = time;
    codex::Codex codex(config);
    const auto result = start(codex).run("write");
    CHECK(command_status(result) == "declined");
    CHECK(result.final_response == "as you wish");
    has_run = running.is_open();
    if (has_run) CHECK(answered.pass({}));
    CHECK_FALSE(place.has("made"));
  }
  CHECK(has_run);
}

TEST_CASE("an interrupt stops the handler that the turn waits for") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  Gate asked;
  Gate stopped;
  codex::Codex codex(
      place.config({.command_approval = [&](const Command&, const HandlerContext& context) {
        asked.open();
        if (wait_for_stop(context)) stopped.open();
        return approvals::accept();
      }}));
  const auto thread = start(codex);
  auto turn = thread.turn("write");
  CHECK(asked.pass({}));
  turn.interrupt();
  CHECK(turn.run().status == types::TurnStatus::interrupted);
  CHECK(stopped.pass({}));
  CHECK_FALSE(place.has("made"));
  place.mock.reply("still here");
  CHECK(thread.run("again").final_response == "still here");
}

TEST_CASE("two commands are asked about at once, and each gets its own answer") {
  Workplace place;
  place.mock.reply(Reply{}
                       .id("first")
                       .shell("touch " + place.file("first").string(), {.escalated = true})
                       .id("second")
                       .shell("touch " + place.file("second").string(), {.escalated = true}));
  place.mock.reply("done");
  Gate first;
  Gate second;
  codex::Codex codex(place.config({.command_approval = [&](const Command& asked) {
    const bool is_first = asked.command->ends_with("first'");
    (is_first ? first : second).open();
    (void)(is_first ? second : first).pass({});
    return is_first ? approvals::accept() : approvals::decline();
  }}));
  CHECK(start(codex).run("write").final_response == "done");
  CHECK(place.has("first"));
  CHECK_FALSE(place.has("second"));
}

TEST_CASE("while a handler takes its time, other turns go on, and it may start one itself") {
  Workplace place;
  place.mock.on_request([&](const codex::testing::ModelRequest& request) {
    if (request.last_user_text() != "write") return Reply("I am " + request.last_user_text());
    if (request.tool_output("call_x")) return Reply("done");
    return Reply{}.id("call_x").shell("touch " + place.file("made").string(), {.escalated = true});
  });
  Gate asked;
  Gate gate;
  codex::Codex* client = nullptr;
  std::optional<std::string> inner;
  codex::Codex codex(place.config({.command_approval = [&](const Command&) {
    asked.open();
    (void)gate.pass({});
    inner = start(*client).run("inside").final_response;
    return approvals::accept();
  }}));
  client = &codex;
  const auto thread = start(codex);
  auto turn = thread.turn("write");
  CHECK(asked.pass({}));
  CHECK(start(codex).run("beside").final_response == "I am beside");
  gate.open();
  CHECK(turn.run().final_response == "done");
  CHECK(inner == "I am inside");
  CHECK(place.has("made"));
}

TEST_CASE("a handler may speak to the turn that it is asked about, and end it") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  place.mock.reply("noted");
  codex::Codex codex(place.config({.command_approval =
                                       [](const Command&, const HandlerContext& context) {
                                         CHECK(context.thread().turn("Take care.").id() ==
                                               context.turn_id);
                                         return approvals::accept();
                                       },
                                   .file_change_approval =
                                       [](const FileChange&, const HandlerContext& context) {
                                         context.interrupt();
                                         (void)wait_for_stop(context);
                                         return approvals::accept();
                                       }}));
  const auto thread = start(codex);
  CHECK(thread.run("write").final_response == "noted");
  CHECK(place.mock.last_request().last_user_text() == "Take care.");

  place.mock.reply(place.add("patched"));
  CHECK(thread.run("patch").status == types::TurnStatus::interrupted);
  CHECK_FALSE(place.has("patched"));
}

TEST_CASE("a client may be destroyed while a handler is asked") {
  Workplace place;
  place.mock.reply(place.touch("made"));
  Gate asked;
  Gate stopped;
  {
    codex::Codex codex(
        place.config({.command_approval = [&](const Command&, const HandlerContext& context) {
          asked.open();
          if (wait_for_stop(context)) stopped.open();
          CHECK_THROWS_AS((void)context.thread().read(), codex::TransportClosedError);
          return approvals::accept();
        }}));
    (void)start(codex).turn("write");
    CHECK(asked.pass({}));
  }
  CHECK(stopped.is_open());
  CHECK_FALSE(place.has("made"));
}

TEST_CASE("a thread's own handlers are asked in the place of the client's") {
  Workplace place;
  codex::Codex codex(place.config(commands(approvals::decline())));
  const auto trusted = codex.thread_start(
      {.approval_mode = codex::ApprovalMode::ask, .handlers = commands(approvals::accept())});
  place.mock.reply(place.touch("trusted"));
  place.mock.reply("done");
  (void)trusted.run("write");
  CHECK(place.has("trusted"));
  place.mock.reply(place.touch("other"));
  place.mock.reply("done");
  (void)start(codex).run("write");
  CHECK_FALSE(place.has("other"));
}

TEST_CASE("a patch that is accepted is applied: its diff was there to be seen") {
  Workplace place;
  place.mock.reply(place.add("patched"));
  place.mock.reply("done");
  codex::Codex codex(
      place.config({.file_change_approval = [&](const FileChange&, const HandlerContext& context) {
        const auto changes = context.changes();
        REQUIRE(changes.size() == 1);
        CHECK(changes[0].path == place.file("patched").string());
        CHECK(changes[0].diff == "hello\n");
        CHECK(changes[0].kind.is<types::AddPatchChangeKind>());
        return approvals::accept();
      }}));
  CHECK(patch_status(start(codex).run("write")) == "completed");
  CHECK(place.text("patched") == "hello\n");
}

TEST_CASE("a patch that is not accepted is not applied") {
  Workplace place;
  place.mock.reply(place.add("patched"));
  SUBCASE("declined") {
    place.mock.reply("as you wish");
    codex::Codex codex(place.config(patches(approvals::decline())));
    const auto result = start(codex).run("write");
    CHECK(patch_status(result) == "declined");
    CHECK(result.final_response == "as you wish");
  }
  SUBCASE("cancelled") {
    codex::Codex codex(place.config(patches(approvals::cancel())));
    CHECK(start(codex).run("write").status == types::TurnStatus::interrupted);
  }
  SUBCASE("thrown") {
    place.mock.reply("as you wish");
    codex::Codex codex(place.config(
        {.file_change_approval = [](const FileChange&) -> approvals::Decision { throw 1; }}));
    const auto result = start(codex).run("write");
    CHECK(patch_status(result) == "declined");
    CHECK(result.final_response == "as you wish");
  }
  CHECK_FALSE(place.has("patched"));
}

TEST_CASE("a file that is accepted for the session may be patched again") {
  Workplace place;
  std::atomic<int> asked = 0;
  codex::Codex codex(place.config({.file_change_approval = [&](const FileChange&) {
    ++asked;
    return approvals::accept_for_session();
  }}));
  const auto thread = start(codex);
  place.mock.reply(place.add("patched"));
  place.mock.reply("done");
  (void)thread.run("write");
  place.mock.reply(
      Reply{}.patch("*** Begin Patch\n*** Update File: " + place.file("patched").string() +
                    "\n@@\n-hello\n+world\n*** End Patch\n"));
  place.mock.reply("done");
  (void)thread.run("write");
  CHECK(place.text("patched") == "world\n");
  CHECK(asked == 1);
}

TEST_CASE("permissions that are granted hold for the turn: more than was asked for is cut off") {
  using Settings = std::map<std::string, std::string>;
  Workplace place(Settings{{"features.request_permissions_tool", "true"}});
  const auto folder = place.mock.workspace() / "out";
  std::filesystem::create_directory(folder);
  place.mock.reply(Reply{}.tool_call(
      "request_permissions",
      {{"permissions", {{"file_system", {{"write", {folder.string()}}}}}}, {"reason", "To save"}}));
  place.mock.reply(Reply{}.shell("sleep .2; touch " + (folder / "made").string()));
  place.mock.reply(Reply{}.shell("sleep .2; touch " + place.file("outside").string()));
  place.mock.reply("done");
  using Params = types::PermissionsRequestApprovalParams;
  bool is_granted = true;
  std::function<types::PermissionsRequestApprovalResponse(const Params&)> handler;
  SUBCASE("granted") {
    handler = [](const Params& asked) {
      CHECK(asked.reason == "To save");
      return approvals::accept().answer(asked);
    };
  }
  SUBCASE("granted, and more") {
    handler = [&](const Params& asked) {
      auto response = approvals::accept().answer(asked);
      response.permissions.file_system->entries->push_back(
          {.access = types::FileSystemAccessMode::write,
           .path = types::PathFileSystemPath{.path = place.mock.workspace().string()}});
      return response;
    };
  }
  SUBCASE("declined") {
    is_granted = false;
    handler = [](const Params& asked) { return approvals::decline().answer(asked); };
  }
  codex::Codex codex(place.config({.permissions_approval = handler}));
  CHECK(start(codex).run("write").final_response == "done");
  CHECK(std::filesystem::exists(folder / "made") == is_granted);
  CHECK_FALSE(place.has("outside"));
}

TEST_CASE("the automatic reviewer's decisions are typed in the turn's stream") {
  Workplace place;
  std::string outcome = "allow";
  SUBCASE("approved") {}
  SUBCASE("denied") { outcome = "deny"; }
  place.mock.on_request([&](const codex::testing::ModelRequest& request) {
    const auto agent = request.headers.find("x-openai-subagent");
    if (agent != request.headers.end() && agent->second == "guardian") {
      return Reply(codex::Json{
          {"risk_level", outcome == "allow" ? "low" : "high"},
          {"user_authorization", outcome == "allow" ? "high" : "low"},
          {"outcome", outcome},
          {"rationale",
           "because"}}.dump());
    }
    if (request.tool_output("call_x")) return Reply("done");
    return Reply{}.id("call_x").shell("touch " + place.file("made").string(), {.escalated = true});
  });
  std::atomic<bool> was_asked = false;
  codex::Codex codex(place.config({.command_approval = [&](const Command&) {
    was_asked = true;
    return approvals::accept();
  }}));
  auto turn = codex.thread_start().turn("write");
  std::string started;
  std::string decided;
  for (const auto& event : turn.stream()) {
    if (const auto review = event.as<events::ItemAutoApprovalReviewStarted>()) {
      started = review->review.status.name();
    } else if (const auto done = event.as<events::ItemAutoApprovalReviewCompleted>()) {
      decided = done->review.status.name();
      CHECK(done->review.rationale == "because");
    }
  }
  CHECK(started == "inProgress");
  CHECK(decided == (outcome == "allow" ? "approved" : "denied"));
  CHECK(place.has("made") == (outcome == "allow"));
  CHECK_FALSE(was_asked);
}

TEST_CASE("under the policy untrusted the client is asked, the reviewer notwithstanding") {
  Workplace place;
  place.mock.reply(Reply{}.shell("touch untrusted"));
  place.mock.reply("done");
  std::atomic<bool> was_asked = false;
  codex::Codex codex(place.config({.command_approval = [&](const Command&) {
    was_asked = true;
    return approvals::decline();
  }}));
  const auto thread = codex.thread_start({.extra_params = {{"approvalPolicy", "untrusted"}}});
  CHECK(thread.run("write").final_response == "done");
  CHECK(was_asked);
}
