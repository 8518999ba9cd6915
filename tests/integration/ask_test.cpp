// Approvals by people elsewhere, on the real runtime.

#include <chrono>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/coroutines.hpp"
#include "support/face.hpp"

using codex::Task;
using codex::testing::comes_true;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace approvals = codex::approvals;
namespace fs = std::filesystem;
namespace types = codex::protocol;
using approvals::Decision;

namespace {

using Status = types::CommandExecutionStatus;

codex::CodexConfig config(const MockModel& mock, codex::Handlers handlers) {
  codex::CodexConfig config = mock.config();
  config.env["HOME"] = "/nonexistent";
  config.handlers = std::move(handlers);
  return config;
}

face::Thread asking_thread(face::Codex& codex) {
  return codex.thread_start(
      {.extra_params = {{"approvalPolicy", "untrusted"}, {"approvalsReviewer", "user"}}});
}

std::vector<Status> commands(const codex::TurnResult& result) {
  std::vector<Status> out;
  for (const auto& item : result.items) {
    if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
      out.push_back(command->status);
    }
  }
  return out;
}

void expect_command(MockModel& mock, const std::string& command) {
  mock.reply(Reply{}.shell(command, {.escalated = true}));
  mock.reply("Done.");
}

}  // namespace

TEST_CASE("or_ask: a rule decides, a person elsewhere about the rest, and nobody in time is a no") {
  MockModel mock;
  std::mutex mutex;
  std::vector<std::string> asked;
  const auto policy = approvals::or_ask(
      approvals::allow_commands({"touch allowed"}),
      [&](const approvals::Request& request) -> Task<Decision> {
        const std::string command = request.command->command.value_or("");
        {
          const std::lock_guard lock(mutex);
          asked.push_back(command);
        }
        if (command.find("never") != std::string::npos) co_await codex::sleep_for(1h);
        co_await codex::sleep_for(1ms);
        co_return command.find("good") != std::string::npos ? approvals::accept()
                                                            : approvals::decline();
      },
      {.deadline = 10s});
  face::Codex codex(config(mock, policy.handlers()));
  const auto thread = asking_thread(codex);
  const auto status_of = [&](const std::string& command) {
    expect_command(mock, command);
    return commands(thread.run("Go on."));
  };
  CHECK(status_of("touch allowed") == std::vector<Status>{Status::completed});
  CHECK(asked.empty());
  CHECK(status_of("touch good") == std::vector<Status>{Status::completed});
  CHECK(status_of("touch bad") == std::vector<Status>{Status::declined});
  CHECK(status_of("touch never") == std::vector<Status>{Status::declined});
  CHECK(asked.size() == 3);
  CHECK(fs::exists(mock.workspace() / "allowed"));
  CHECK(fs::exists(mock.workspace() / "good"));
  CHECK_FALSE(fs::exists(mock.workspace() / "bad"));
  CHECK_FALSE(fs::exists(mock.workspace() / "never"));
}

TEST_CASE("a desk: the answer comes by id, from another part of the program") {
  MockModel mock;
  approvals::Desk desk;
  face::Codex codex(
      config(mock, approvals::or_ask(approvals::allow_commands({}), desk).handlers()));
  const auto thread = asking_thread(codex);
  std::thread elsewhere([&] {
    for (const bool yes : {true, false}) {
      if (!comes_true([&] { return !desk.pending().empty(); })) return;
      const auto asked = desk.pending().front();
      CHECK(asked.request().context.thread_id == thread.id());
      CHECK(desk.answer(asked.id(), yes ? approvals::accept() : approvals::decline()));
    }
  });
  expect_command(mock, "touch one");
  const auto first = commands(thread.run("Go on."));
  expect_command(mock, "touch two");
  const auto second = commands(thread.run("Go on."));
  elsewhere.join();
  CHECK(first == std::vector<Status>{Status::completed});
  CHECK(second == std::vector<Status>{Status::declined});
  CHECK(fs::exists(mock.workspace() / "one"));
  CHECK_FALSE(fs::exists(mock.workspace() / "two"));
}

TEST_CASE("a desk: an interrupted turn takes its question along") {
  MockModel mock;
  approvals::Desk desk;
  face::Codex codex(
      config(mock, approvals::or_ask(approvals::allow_commands({}), desk).handlers()));
  const auto thread = asking_thread(codex);
  expect_command(mock, "touch one");
  auto turn = thread.turn("Go on.");
  REQUIRE(comes_true([&] { return !desk.pending().empty(); }));
  const auto asked = desk.pending().front();
  turn.interrupt();
  CHECK(turn.run().status == types::TurnStatus::interrupted);
  CHECK(comes_true([&] { return !asked.is_open(); }));
  CHECK_FALSE(desk.answer(asked.id(), approvals::accept()));
  CHECK_FALSE(fs::exists(mock.workspace() / "one"));
}
