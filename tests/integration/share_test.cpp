// What several clients of one runtime see of each other.

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/protocol.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/serve.hpp"
#include "transport/websocket.hpp"

using codex::RuntimeServer;
using codex::testing::contains;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Reply;
using codex::testing::serve;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;
using Command = types::CommandExecutionRequestApprovalParams;

namespace {

codex::CodexConfig that_accepts(const RuntimeServer& server) {
  auto config = server.config();
  config.handlers.command_approval = [](const Command&) { return codex::approvals::accept(); };
  return config;
}

std::vector<types::CommandExecutionStatus> commands_of(const codex::TurnResult& result) {
  std::vector<types::CommandExecutionStatus> found;
  for (const auto& item : result.items) {
    if (const auto* command = item.as<types::CommandExecutionThreadItem>()) {
      found.push_back(command->status);
    }
  }
  return found;
}

/// A turn of one client: a command, and a message that waits for the gate.
struct SharedTurn {
  MockModel mock{{.approval_policy = "on-request"}};
  Gate gate;
  RuntimeServer server = serve(mock);
  face::Codex starter{that_accepts(server)};
  face::Thread thread = starter.thread_start({.approval_mode = codex::ApprovalMode::ask});

  face::TurnHandle begin() {
    mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
    mock.reply(Reply{}.wait_for(gate).text("Done."));
    mock.reply("And more.");
    auto turn = thread.turn("Go.");
    REQUIRE(gate.wait_reached(60s));
    return turn;
  }
};

/// Sends a runtime more requests at once than it takes, again and again.
class Flood {
 public:
  explicit Flood(const std::string& endpoint)
      : thread_([this, endpoint](const std::stop_token& stop) { run(endpoint, stop); }) {}
  [[nodiscard]] int refused() const { return answers_.refused; }

 private:
  struct Answers final : codex::Transport::Receiver {
    void message(std::string text) override {
      if (!contains(text, R"("id":)")) return;
      ++count;
      if (contains(text, "-32001")) ++refused;
    }
    void outline(std::string, std::size_t) override {}
    void noise(std::string_view) override {}
    void broken(std::string) override {}
    [[nodiscard]] std::size_t max_message_bytes() const noexcept override { return 1 << 24; }
    int count = 0;
    std::atomic<int> refused = 0;
  };

  void run(const std::string& endpoint, const std::stop_token& stop) {
    const auto transport =
        codex::detail::connect_websocket({.endpoint = codex::detail::parse_endpoint(endpoint, {}),
                                          .deadline = codex::testing::soon()});
    const auto answered = [&](int count) {
      const auto deadline = codex::testing::soon();
      while (answers_.count < count && codex::detail::Clock::now() < deadline) {
        if (!transport->receive(answers_, deadline)) return;
      }
    };
    transport->send(
        R"({"id":1,"method":"initialize","params":{"clientInfo":{"name":"flood","version":"1"}}})"
        "\n");
    answered(1);
    transport->send("{\"method\":\"initialized\"}\n");
    constexpr int burst = 1000;
    for (int sent = 1; !stop.stop_requested(); answered(sent)) {
      for (int i = 0; i < burst; ++i) {
        transport->send(R"({"method":"model/list","params":{},"id":)" + std::to_string(++sent) +
                        "}\n");
      }
    }
    transport->close();
  }

  Answers answers_;
  std::jthread thread_;
};

}  // namespace

TEST_SUITE_BEGIN("endpoints" * face::own_transport);

TEST_CASE("a turn of another client is taken up in its middle, and ends in the same result") {
  SharedTurn shared;
  auto theirs = shared.begin();
  face::Codex watcher(shared.server.config());
  auto thread = watcher.thread(shared.thread.id());
  auto turn = thread.current_turn();
  REQUIRE(turn);
  CHECK(turn->id() == theirs.id());
  CHECK(watcher.running_turns().size() == 1);
  auto stream = turn->stream();
  shared.gate.open();
  const auto expected = theirs.run();
  const auto result = turn->run();
  CHECK(result.items == expected.items);
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.final_response == "Done.");
  CHECK(result.unfinished_items == 0);
  CHECK(commands_of(result) ==
        std::vector<types::CommandExecutionStatus>{types::CommandExecutionStatus::completed});
  std::string said;
  std::optional<codex::Notification> last;
  while (auto event = stream.next()) {
    if (const auto delta = event->as<types::notifications::ItemAgentMessageDelta>()) {
      said += delta->delta;
    }
    last = std::move(event);
  }
  CHECK(said == "Done.");
  REQUIRE(last);
  CHECK(last->is<types::notifications::TurnCompleted>());
  CHECK_FALSE(thread.current_turn());
  CHECK(watcher.running_turns().empty());
}

TEST_CASE("a turn of another client is steered and interrupted as one's own") {
  SharedTurn shared;
  auto theirs = shared.begin();
  face::Codex other(shared.server.config());
  auto turn = other.thread(shared.thread.id()).current_turn();
  REQUIRE(turn);
  SUBCASE("steered") {
    (void)turn->steer("And say more.");
    shared.gate.open();
    CHECK(turn->run().final_response == "And more.");
    CHECK(theirs.run().final_response == "And more.");
  }
  SUBCASE("interrupted") {
    (void)turn->interrupt();
    CHECK(turn->run().status == types::TurnStatus::interrupted);
    CHECK(theirs.run().status == types::TurnStatus::interrupted);
  }
}

TEST_CASE("a turn that waits for an approval is taken up by the next client, which answers") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const RuntimeServer server = serve(mock);
  std::string thread_id;
  {
    Gate asked;
    auto config = server.config();
    config.handlers.command_approval = [asked](const Command&,
                                               const codex::HandlerContext& context) {
      (void)asked.pass(context.stop);
      return codex::approvals::decline();  // too late: this client is gone
    };
    face::Codex first(config);
    auto thread = first.thread_start({.approval_mode = codex::ApprovalMode::ask});
    (void)thread.turn("Go.");
    REQUIRE(asked.wait_reached(60s));
    thread_id = thread.id();
  }
  Gate taken_up;
  std::atomic<int> questions = 0;
  auto config = server.config();
  config.handlers.command_approval = [&](const Command&, const codex::HandlerContext& context) {
    ++questions;
    return taken_up.pass(context.stop) ? codex::approvals::accept() : codex::approvals::decline();
  };
  face::Codex second(config);
  auto turn = second.thread(thread_id).current_turn();
  REQUIRE(turn);
  REQUIRE(taken_up.wait_reached(60s));
  taken_up.open();
  const auto result = turn->run();
  CHECK(result.final_response == "Done.");
  CHECK(result.unfinished_items == 0);
  CHECK(commands_of(result) ==
        std::vector<types::CommandExecutionStatus>{types::CommandExecutionStatus::completed});
  CHECK(questions == 1);
}

TEST_CASE("what another client does on a thread that is followed arrives") {
  MockModel mock;
  mock.reply("first");
  mock.reply("second");
  const RuntimeServer server = serve(mock);
  face::Codex starter(server.config());
  auto thread = starter.thread_start();
  (void)thread.run("one");
  face::Codex watcher(server.config());
  auto events = watcher.notifications({.timeout = 60s});
  const auto followed = watcher.thread(thread.id());
  (void)thread.run("two");
  std::string said;
  for (bool is_over = false; !is_over;) {
    const auto event = events.next();
    if (const auto delta = event.as<types::notifications::ItemAgentMessageDelta>()) {
      said += delta->delta;
    }
    is_over = event.is<types::notifications::TurnCompleted>();
  }
  CHECK(said == "second");
}

TEST_CASE("a supervisor asks the client which of its turns run, and ends them") {
  MockModel mock;
  Gate gate;
  mock.on_request(
      [gate](const codex::testing::ModelRequest&) { return Reply("never").wait_for(gate); });
  face::Codex codex(mock.config());
  std::vector<face::TurnHandle> turns;
  for (int i = 0; i < 3; ++i) turns.push_back(codex.thread_start().turn("Go."));
  auto running = codex.running_turns();
  REQUIRE(running.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(running[i].id() == turns[i].id());
    CHECK(running[i].thread_id() == turns[i].thread_id());
    (void)running[i].interrupt();
  }
  for (auto& turn : turns) CHECK(turn.run().status == types::TurnStatus::interrupted);
  CHECK(codex.running_turns().empty());
}

TEST_CASE("a thread that only its own client can follow says so") {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  face::Codex starter(server.config());
  auto thread = starter.thread_start();  // no turn yet
  CHECK_FALSE(thread.current_turn());
  face::Codex other(server.config());
  CHECK(error_of<codex::ThreadNotFoundError>([&] { (void)other.thread(thread.id()); }));
}

TEST_CASE("calls get through although another client floods the runtime") {
  MockModel mock;
  mock.reply("hello");
  const RuntimeServer server = serve(mock);
  face::Codex codex(server.config());
  const Flood flood(server.endpoint());
  const auto deadline = codex::testing::soon();
  while (flood.refused() == 0 && codex::detail::Clock::now() < deadline) {
    std::this_thread::yield();
  }
  REQUIRE(flood.refused() > 0);
  for (int i = 0; i < 10; ++i) (void)codex.models();
  CHECK(codex.thread_start().run("hi").final_response == "hello");
}

TEST_SUITE_END();
