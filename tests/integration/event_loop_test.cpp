// A program on one event loop: its client, its turns, and questions that are answered elsewhere.

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/testing.hpp>

using codex::AsyncCodex;
using codex::EventLoop;
using codex::Promise;
using codex::Task;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
using ThreadId = std::thread::id;
namespace approvals = codex::approvals;
namespace types = codex::protocol;

namespace {

/// A place where people answer questions, on a thread of its own: a chat, a web page.
class Elsewhere {
 public:
  explicit Elsewhere(bool answer) : answer_(answer) {}
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere(Elsewhere&&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;
  Elsewhere& operator=(Elsewhere&&) = delete;
  ~Elsewhere() {
    if (person_.joinable()) person_.join();
  }

  Task<bool> ask(const std::string& /*question*/) {
    Promise<bool> yes;
    if (person_.joinable()) person_.join();
    person_ = std::thread([&yes, answer = answer_] { yes.set(answer); });
    co_return co_await yes.future();
  }

 private:
  const bool answer_;
  std::thread person_;
};

Task<approvals::Decision> decide(Elsewhere& people, std::set<ThreadId>& threads,
                                 std::string command) {
  threads.insert(std::this_thread::get_id());
  const bool yes = co_await people.ask("Run " + command + "?");
  threads.insert(std::this_thread::get_id());
  co_return yes ? approvals::accept() : approvals::decline();
}

/// The agent wants to make a file, which it has to ask for.
MockModel asking_model() {
  return MockModel({.approval_policy = "on-request", .sandbox_mode = "read-only"});
}

codex::CodexConfig asking(const MockModel& mock, Elsewhere& people, std::set<ThreadId>& threads) {
  auto config = mock.config();
  config.handlers.command_approval =
      [&](const types::CommandExecutionRequestApprovalParams& asked) {
        return decide(people, threads, asked.command.value_or("?"));
      };
  return config;
}

void queue_touch(MockModel& mock, const std::filesystem::path& file) {
  mock.reply(Reply{}.shell("touch " + file.string(), {.escalated = true}));
  mock.reply("Done.");
}

}  // namespace

TEST_CASE("a client, its turn and an approval that is given elsewhere, all on one event loop") {
  for (const bool answer : {true, false}) {
    auto mock = asking_model();
    const auto file = mock.workspace() / "made";
    queue_touch(mock, file);
    Elsewhere people(answer);
    std::set<ThreadId> threads;
    EventLoop loop;
    AsyncCodex codex(asking(mock, people, threads), loop.executor());
    const auto response = loop.run([&]() -> Task<std::string> {
      codex::ThreadStartOptions options{.approval_mode = codex::ApprovalMode::ask};
      auto thread = co_await codex.thread_start(options);
      threads.insert(std::this_thread::get_id());
      auto result = co_await thread.run("Make the file.");
      threads.insert(std::this_thread::get_id());
      co_await codex.close();
      co_return result.final_response.value_or("(none)");
    });
    CHECK(response == "Done.");
    CHECK(std::filesystem::exists(file) == answer);
    CHECK(threads == std::set{std::this_thread::get_id()});
  }
}

TEST_CASE("a handler of a client that blocks awaits a promise, too") {
  auto mock = asking_model();
  const auto file = mock.workspace() / "made";
  queue_touch(mock, file);
  Elsewhere people(true);
  std::set<ThreadId> threads;
  codex::Codex codex(asking(mock, people, threads));
  auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
  CHECK(thread.run("Make the file.").final_response == "Done.");
  CHECK(std::filesystem::exists(file));
}

TEST_CASE("a stop of the event loop interrupts the turn that its task awaits") {
  MockModel mock;
  const Gate never;
  mock.reply(Reply{}.wait_for(never).text("too late"));
  EventLoop loop;
  AsyncCodex codex(mock.config(), loop.executor());
  const auto thread = loop.run(codex.thread_start());
  const std::jthread stopper([&] {
    if (never.wait_reached(60s)) loop.stop();
  });
  CHECK_THROWS_AS((void)loop.run(thread.run("Hello")), codex::CancelledError);
  mock.reply("Here.");
  CHECK(loop.run(thread.run("Hello again")).final_response == "Here.");  // it lives on
  loop.run(codex.close());
}

TEST_CASE("when_all runs so many turns at once as it is told, over one client") {
  MockModel mock;
  EventLoop loop;
  AsyncCodex codex(mock.config(), loop.executor());
  int now = 0;  // of the loop's thread alone
  int most = 0;
  const auto ask = [](AsyncCodex& its, int& running, int& peak) -> Task<std::string> {
    peak = std::max(peak, ++running);
    auto thread = co_await its.thread_start();
    auto result = co_await thread.run("Hello");
    --running;
    co_return result.final_response.value_or("(none)");
  };
  std::vector<Task<std::string>> tasks;
  for (int i = 0; i < 6; ++i) {
    mock.reply("Hi.");
    tasks.push_back(ask(codex, now, most));
  }
  const auto answers = loop.run(codex::when_all(std::move(tasks), {.at_most = 2}));
  CHECK(answers == std::vector<std::string>(6, "Hi."));
  CHECK(most == 2);
  loop.run(codex.close());
}
