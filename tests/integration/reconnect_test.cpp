// Clients whose connection is cut: what a turn, a call and a handler come to.

#include <algorithm>
#include <atomic>
#include <csignal>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/describe.hpp>
#include <codex/protocol.hpp>
#include <codex/runtime_server.hpp>
#include <codex/testing.hpp>

#include "support/cuttable_link.hpp"
#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/serve.hpp"
#include "support/thread_status.hpp"
#include "support/turn_results.hpp"
#include "support/watched_turn.hpp"

using codex::ConnectionState;
using codex::RuntimeServer;
using codex::testing::contains;
using codex::testing::CuttableLink;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::Phase;
using codex::testing::Reply;
using codex::testing::Seen;
using codex::testing::serve;
using codex::testing::TurnWatch;
using namespace std::chrono_literals;
namespace requests = codex::protocol::requests;
namespace types = codex::protocol;

namespace {

struct Look {
  std::string where;
};
CODEX_DESCRIBE(Look, where)

/// What became of the connection, in order.
class Changes {
 public:
  [[nodiscard]] std::function<void(const codex::ConnectionChange&)> note() {
    return [state = state_](const codex::ConnectionChange& change) {
      const std::lock_guard lock(state->mutex);
      state->states.push_back(change.state);
      state->reason = change.reason;
      state->changed.notify_all();
    };
  }
  bool wait_for(ConnectionState wanted, std::size_t count = 1) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, 60s, [&] {
      return std::ranges::count(state_->states, wanted) >= static_cast<std::ptrdiff_t>(count);
    });
  }
  [[nodiscard]] std::vector<ConnectionState> states() const {
    const std::lock_guard lock(state_->mutex);
    return state_->states;
  }
  [[nodiscard]] std::string reason() const {
    const std::lock_guard lock(state_->mutex);
    return state_->reason;
  }

 private:
  struct State {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<ConnectionState> states;
    std::string reason;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

/// Another client sees the thread at rest.
void wait_until_idle(const RuntimeServer& server, const std::string& thread_id) {
  face::Codex other(server.config());
  const auto deadline = codex::testing::soon();
  while (codex::detail::Clock::now() < deadline) {
    if (codex::testing::is_idle(other, other.thread(thread_id))) return;
    std::this_thread::sleep_for(10ms);
  }
  FAIL("it does not come to rest");
}

/// A client at the far side of a link, whose cuts it survives.
codex::CodexConfig through(const CuttableLink& link, const RuntimeServer& server) {
  auto config = server.config();
  config.endpoint = link.endpoint();
  config.reconnect.initial_delay = 20ms;
  return config;
}

std::vector<std::string> pieces(const std::string& word, int count) {
  std::vector<std::string> all;
  for (int i = 0; i < count; ++i) all.push_back(word + std::to_string(i) + " ");
  return all;
}

/// The model's part of a turn with all that can be cut.
void queue_rich_turn(MockModel& mock) {
  mock.reply(Reply{}
                 .pace(2ms)
                 .reasoning("I think about it, slowly, and from all sides.")
                 .deltas(pieces("c", 30), Phase::commentary)
                 .shell("for i in 1 2 3 4; do echo line$i; sleep 0.03; done"));
  mock.reply(
      Reply{}.tool_call("look", {{"where", "there"}}).shell("echo approved", {.escalated = true}));
  mock.reply(Reply{}.pace(2ms).deltas(pieces("w", 100), Phase::final_answer));
}

/// Runs one rich turn; `begun` is called when its start was answered.
struct RichTurn {
  std::shared_ptr<std::atomic<int>> looks = std::make_shared<std::atomic<int>>(0);

  Seen run(
      face::Codex& codex, MockModel& mock, const std::function<void()>& begun = [] {}) {
    queue_rich_turn(mock);
    auto thread = codex.thread_start(
        {.approval_mode = codex::ApprovalMode::ask,
         .tools = {codex::tool("look", "Looks there", [looks = looks](const Look& look) {
           ++*looks;
           return "saw " + look.where;
         })}});
    auto turn = thread.turn("Go.", {.timeout = 120s});
    begun();
    TurnWatch watch;
    for (const auto& event : turn.stream()) watch.see(event);
    return watch.seen(turn.run());
  }
};

}  // namespace

TEST_SUITE_BEGIN("endpoints" * face::own_transport);

TEST_CASE("a turn whose connection is cut again and again ends as one that was not") {
  MockModel mock({.approval_policy = "on-request"});
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  std::atomic<int> approvals = 0;
  auto config = through(link, server);
  config.handlers.command_approval = [&](const types::CommandExecutionRequestApprovalParams&) {
    ++approvals;
    return codex::approvals::accept();
  };
  face::Codex codex(config);
  RichTurn rich;
  const Seen uncut = rich.run(codex, mock);
  REQUIRE_MESSAGE(uncut.faults.empty(), text_of(uncut));
  CHECK(uncut.status == "completed");
  CHECK(uncut.items.size() == 7);

  const int wanted_cuts = face::is_async ? 20 : 100;
  constexpr unsigned seed = 20261129;
  std::minstd_rand random{seed};
  std::atomic<int> cuts = 0;
  int turns = 1;
  // On a slow machine fewer must do.
  const auto enough = codex::detail::Clock::now() + 90s;
  while (cuts < wanted_cuts && (cuts < 20 || codex::detail::Clock::now() < enough)) {
    std::jthread cutter;
    const auto begun = [&] {  // a start that is cut before it arrives is lost: a test of its own
      cutter = std::jthread([&](const std::stop_token& is_over) {
        unsigned longest = 320;  // ever longer: a turn gets through on a slow machine, too
        while (!is_over.stop_requested()) {
          std::this_thread::sleep_for(std::chrono::milliseconds(random() % longest));
          longest += 16;
          if (is_over.stop_requested()) return;
          link.cut();
          ++cuts;
        }
      });
    };
    const Seen cut = rich.run(codex, mock, begun);
    cutter = {};
    ++turns;
    CAPTURE(turns);
    REQUIRE_MESSAGE(cut == uncut, text_of(cut));
    CHECK(approvals == turns);
    CHECK(*rich.looks == turns);
  }
  CHECK(mock.pending_replies() == 0);
  MESSAGE(cuts.load(), " cuts in ", turns, " turns");
}

TEST_CASE("a goal whose connection is cut ends as one that was not") {
  MockModel mock({.settings = {{"features.goals", "true"}}});
  Gate gate;
  mock.reply(Reply("one").wait_for(gate));
  mock.reply("two");
  mock.reply(Reply{}.tool_call("update_goal", {{"status", "complete"}}));
  mock.reply("three");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto goal = thread.goal("Count to three", {.timeout = 120s});
  REQUIRE(gate.wait_reached(60s));
  bool is_all_missed = false;
  bool is_cut_twice = false;
  SUBCASE("back before it goes on") {}
  SUBCASE("back when it is over") { is_all_missed = true; }
  SUBCASE("cut in two of its turns") { is_cut_twice = true; }
  link.set_closed(true);
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::lost));
  if (is_all_missed) {
    gate.open();
    REQUIRE(mock.wait_for_requests(4, 60s));
    wait_until_idle(server, thread.id());
  }
  link.set_closed(false);
  REQUIRE(changes.wait_for(ConnectionState::restored));
  if (!is_all_missed) gate.open();
  if (is_cut_twice) {
    REQUIRE(mock.wait_for_requests(2, 60s));
    link.cut();
  }
  const auto result = goal.run();
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.id == goal.id());
  CHECK(codex::testing::messages(result) == std::vector<std::string>{"one", "two", "three"});
  mock.reply("plain again");
  CHECK(thread.run("hello", {.timeout = 60s}).final_response == "plain again");
}

TEST_CASE("a review whose connection is cut ends as one that was not") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply("Looks good.").wait_for(gate));
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  bool is_all_missed = false;
  int more_cuts = 0;
  SUBCASE("back before it goes on") {}
  SUBCASE("back when it is over") { is_all_missed = true; }
  SUBCASE("more often than a record may tell nothing") { more_cuts = 7; }
  auto review =
      thread.review(types::CustomReviewTarget{.instructions = "Look at it."}, {.timeout = 60s});
  REQUIRE(gate.wait_reached(60s));
  link.set_closed(true);
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::lost));
  if (is_all_missed) {
    gate.open();
    wait_until_idle(server, thread.id());
  }
  link.set_closed(false);
  REQUIRE(changes.wait_for(ConnectionState::restored));
  for (int cut = 0; cut < more_cuts; ++cut) {
    link.cut();
    REQUIRE(changes.wait_for(ConnectionState::restored, static_cast<std::size_t>(cut) + 2));
  }
  gate.open();
  const auto result = review.run();
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.id == review.id());
  CHECK(result.final_response == "Looks good.");
  const auto is_end = [](const auto& item) {
    return item.template is<types::ExitedReviewModeThreadItem>();
  };
  CHECK(std::ranges::count_if(result.items, is_end) == 1);
  mock.reply("plain again");
  CHECK(thread.run("hello", {.timeout = 60s}).final_response == "plain again");
}

TEST_CASE("a turn/start that was cut is found again, and its turn runs once") {
  MockModel mock;
  mock.reply("first");
  mock.reply("second");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  face::Codex codex(through(link, server));
  auto thread = codex.thread_start();
  std::string expected = "first";
  SUBCASE("the first one of its thread") {}
  SUBCASE("a later one") {
    CHECK(thread.run("One.").final_response == "first");
    expected = "second";
  }
  const auto before = mock.requests().size();
  link.mute_after_next_message();
  auto run = std::async(std::launch::async, [&] { return thread.run("Go.", {.timeout = 60s}); });
  REQUIRE(mock.wait_for_requests(before + 1, 60s));
  link.cut();
  CHECK(run.get().final_response == expected);
  const auto requests = mock.requests();
  CHECK(std::ranges::count_if(
            requests, [](const auto& request) { return request.last_user_text() == "Go."; }) == 1);
}

TEST_CASE("a turn/start that never arrived is said to be not started, and is not sent again") {
  MockModel mock;
  mock.reply("first");
  mock.reply("second");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  face::Codex codex(through(link, server));
  auto thread = codex.thread_start();
  CHECK(thread.run("One.").final_response == "first");
  link.cut_before_next_message();
  const auto error = error_of<codex::TransportClosedError>([&] { (void)thread.run("Go."); });
  REQUIRE(error);
  CHECK(contains(error->what(), "has no such turn"));
  CHECK(codex.is_open());
  CHECK(mock.requests().size() == 1);
  CHECK(thread.run("Again.", {.timeout = 60s}).final_response == "second");
}

TEST_CASE("calls that are made while the connection is cut wait for it, as long as they may") {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.on_connection = changes.note();
  face::Codex codex(config);
  (void)codex.metadata();
  link.set_closed(true);
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::lost));
  const auto late = error_of<codex::TimeoutError>(
      [&] { (void)codex.request<requests::ThreadLoadedList>({}, {.timeout = 50ms}); });
  REQUIRE(late);
  CHECK_FALSE(late->was_sent());
  CHECK(contains(late->what(), "connection is cut"));
  auto waiting =
      std::async(std::launch::async, [&] { return codex.request<requests::ThreadLoadedList>({}); });
  link.set_closed(false);
  CHECK(waiting.get().data.empty());
  CHECK(changes.wait_for(ConnectionState::restored));
  CHECK(changes.states() == std::vector{ConnectionState::lost, ConnectionState::restored});
}

TEST_CASE("a request that changes something is not repeated: nobody knows whether it was done") {
  MockModel mock;
  mock.reply("hello");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  face::Codex codex(through(link, server));
  auto thread = codex.thread_start();
  (void)thread.run("Hi.");
  link.cut_before_next_message();
  const auto error = error_of<codex::TransportClosedError>([&] { thread.compact(); });
  REQUIRE(error);
  CHECK(contains(error->what(), "before thread/compact/start was answered"));
  CHECK(codex.is_open());
  (void)thread.read();
}

TEST_CASE("an approval is asked once over a cut, and its answer counts") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  Gate asked;
  std::atomic<int> questions = 0;
  auto config = through(link, server);
  config.on_connection = changes.note();
  config.handlers.command_approval = [&](const types::CommandExecutionRequestApprovalParams&,
                                         const codex::HandlerContext& context) {
    ++questions;
    return asked.pass(context.stop) ? codex::approvals::accept() : codex::approvals::decline();
  };
  face::Codex codex(config);
  auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
  auto turn = thread.turn("Go.", {.timeout = 60s});
  REQUIRE(asked.wait_reached(60s));
  SUBCASE("given when the connection is back") {
    link.cut();
    REQUIRE(changes.wait_for(ConnectionState::restored));
    asked.open();
  }
  SUBCASE("given while it is cut") {
    link.set_closed(true);
    link.cut();
    REQUIRE(changes.wait_for(ConnectionState::lost));
    asked.open();
    link.set_closed(false);
  }
  SUBCASE("given, and lost on its way") {
    link.cut_before_next_message();
    asked.open();
  }
  const auto result = turn.run();
  CHECK(result.final_response == "Done.");
  CHECK(questions == 1);
  const auto command = std::ranges::find_if(result.items, [](const auto& item) {
    return item.template is<types::CommandExecutionThreadItem>();
  });
  REQUIRE(command != result.items.end());
  CHECK(command->as<types::CommandExecutionThreadItem>()->status ==
        types::CommandExecutionStatus::completed);
}

TEST_CASE("an approval that another client answered during the cut stops its handler") {
  MockModel mock({.approval_policy = "on-request"});
  mock.reply(Reply{}.shell("echo ran", {.escalated = true}));
  mock.reply("Done.");
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  Gate asked;
  std::promise<void> stopped;
  auto config = through(link, server);
  config.on_connection = changes.note();
  config.handlers.command_approval = [&](const types::CommandExecutionRequestApprovalParams&,
                                         const codex::HandlerContext& context) {
    (void)asked.pass(context.stop);  // until it is stopped
    stopped.set_value();
    return codex::approvals::decline();
  };
  face::Codex codex(config);
  auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::ask});
  auto turn = thread.turn("Go.", {.timeout = 60s});
  REQUIRE(asked.wait_reached(60s));
  link.set_closed(true);
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::lost));
  {
    auto other = server.config();
    other.handlers.command_approval = [](const types::CommandExecutionRequestApprovalParams&) {
      return codex::approvals::accept();
    };
    face::Codex second(other);
    (void)second.thread_resume(thread.id());
    const auto deadline = codex::testing::soon();
    while (mock.requests().size() < 2 && codex::detail::Clock::now() < deadline) {
      std::this_thread::sleep_for(10ms);
    }
  }
  link.set_closed(false);
  CHECK(turn.run().final_response == "Done.");
  CHECK(stopped.get_future().wait_for(60s) == std::future_status::ready);
}

TEST_CASE("a turn is lost with its runtime, and its thread goes on in the next one") {
  MockModel mock;
  Gate never;
  mock.reply(Reply{}.commentary("I begin.").wait_for(never));
  mock.reply("Here I am.");
  Changes changes;
  codex::CodexConfig config;
  std::optional<RuntimeServer> server;
  std::string endpoint;
  bool is_own = false;
  SUBCASE("at an endpoint") {
    server.emplace(serve(mock));
    endpoint = server->endpoint();
    config = server->config();
  }
  SUBCASE("of the client's own") {
    config = mock.config();
    config.reconnect.max_attempts = 3;
    is_own = true;
  }
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("Go.", {.timeout = 60s});
  for (const auto& event : turn.stream()) {
    if (event.is<types::notifications::ItemCompleted>() && contains(event.text(), "I begin."))
      break;
  }
  if (is_own) {
    ::kill(static_cast<pid_t>(*codex.process_id()), SIGKILL);
  } else {
    ::kill(static_cast<pid_t>(server->process_id()), SIGKILL);
    server.reset();
    server.emplace(serve(mock, endpoint));
  }
  const auto error = error_of<codex::TurnLostError>([&] { (void)turn.run(); });
  REQUIRE(error);
  REQUIRE(error->collected());
  CHECK(error->collected()->items.size() == 2);
  CHECK(contains(error->what(), turn.id()));
  CHECK(thread.run("Still there?", {.timeout = 60s}).final_response == "Here I am.");
  CHECK(changes.wait_for(ConnectionState::restored));  // told on a thread of its own
  CHECK(changes.states() == std::vector{ConnectionState::lost, ConnectionState::restored});
}

TEST_CASE("a turn that a draining runtime ends is complete, though nobody was told") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply("To the end.").wait_for(gate));
  mock.reply("In the next one.");
  std::optional<RuntimeServer> server(serve(mock));
  const std::string endpoint = server->endpoint();
  Changes changes;
  auto config = server->config();
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("Go.", {.timeout = 60s});
  REQUIRE(gate.wait_reached(60s));
  ::kill(static_cast<pid_t>(server->process_id()), SIGTERM);
  gate.open();
  const auto deadline = codex::testing::soon();
  while (server->is_open() && codex::detail::Clock::now() < deadline) {
    std::this_thread::sleep_for(10ms);
  }
  server.reset();
  server.emplace(serve(mock, endpoint));
  CHECK(turn.run().final_response == "To the end.");
  REQUIRE(changes.wait_for(ConnectionState::restored));  // what the old one was sent may be lost
  CHECK(thread.run("And now?", {.timeout = 60s}).final_response == "In the next one.");
}

TEST_CASE("a connection that stays cut is gone when its time or its attempts are up") {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.on_connection = changes.note();
  SUBCASE("time") { config.reconnect.give_up_after = 100ms; }
  SUBCASE("attempts") { config.reconnect.max_attempts = 2; }
  SUBCASE("none at all") { config.reconnect.max_attempts = 0; }
  const bool tries = config.reconnect.max_attempts != 0;
  face::Codex codex(config);
  (void)codex.metadata();
  link.set_closed(true);
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::gone));
  CHECK_FALSE(codex.is_open());
  const auto error = error_of<codex::TransportClosedError>(
      [&] { (void)codex.request<requests::ThreadLoadedList>({}); });
  REQUIRE(error);
  CAPTURE(error->what());
  CHECK(contains(error->what(), "could not be made again") == tries);
  CHECK(changes.reason() == error->what());
  CHECK(changes.states().size() == (tries ? 2 : 1));
}

TEST_CASE("a client does not go on with another runtime at the same endpoint") {
  MockModel mock;
  MockModel other;
  std::optional<RuntimeServer> server(serve(mock));
  const std::string endpoint = server->endpoint();
  Changes changes;
  auto config = server->config();
  config.on_connection = changes.note();
  face::Codex codex(config);
  (void)codex.metadata();
  server.reset();
  server.emplace(serve(other, endpoint));
  const bool is_gone = changes.wait_for(ConnectionState::gone);
  CAPTURE(changes.reason());
  CAPTURE(changes.states().size());
  REQUIRE(is_gone);
  CHECK(contains(changes.reason(), "another CODEX_HOME"));
}

TEST_CASE("a silent peer is found by asking, and the turn goes on over a new connection") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply("Awake.").wait_for(gate));
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.reconnect.ping_interval = 2s;
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("Go.", {.timeout = 120s});
  REQUIRE(gate.wait_reached(60s));
  link.set_frozen(true);  // as a laptop that sleeps
  REQUIRE(changes.wait_for(ConnectionState::lost));
  gate.open();
  link.cut();
  link.set_frozen(false);
  CHECK(turn.run().final_response == "Awake.");
}

TEST_CASE("a client is closed at once while it connects again") {
  MockModel mock;
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.on_connection = changes.note();
  config.reconnect.max_delay = 10min;
  config.reconnect.initial_delay = 10min;
  face::Codex codex(config);
  auto thread = codex.thread_start();
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::lost));
  const auto begin = codex::detail::Clock::now();
  codex.close();
  CHECK(codex::detail::Clock::now() - begin < codex::testing::at_once);
  CHECK_THROWS_AS((void)thread.read(), codex::TransportClosedError);
}

TEST_CASE("a goal goes on in the next runtime when its own was killed") {
  MockModel mock({.settings = {{"features.goals", "true"}}});
  Gate never;
  mock.reply("one");
  mock.reply(Reply{}.commentary("two").wait_for(never));
  mock.reply(Reply{}.tool_call("update_goal", {{"status", "complete"}}));
  mock.reply("three");
  Changes changes;
  std::optional<RuntimeServer> server(serve(mock));
  const std::string endpoint = server->endpoint();
  auto config = server->config();
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto goal = thread.goal("Count to three", {.timeout = 120s});
  REQUIRE(never.wait_reached(60s));
  ::kill(static_cast<pid_t>(server->process_id()), SIGKILL);
  server.reset();
  server.emplace(serve(mock, endpoint));
  REQUIRE(changes.wait_for(ConnectionState::restored));
  const auto result = goal.run();  // the runtime goes on with it by itself
  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.final_response == "three");
}

TEST_CASE("a client may be closed, and destroyed, by what is told of its connection") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply("Awake.").wait_for(gate));
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  auto config = through(link, server);
  std::shared_ptr<face::Codex> codex;
  std::promise<void> closed;
  auto wanted = ConnectionState::lost;
  SUBCASE("lost") {}
  SUBCASE("restored") { wanted = ConnectionState::restored; }
  bool destroys = false;
  SUBCASE("close") {}
  SUBCASE("destroy") { destroys = true; }
  std::atomic<bool> is_done = false;
  config.on_connection = [&](const codex::ConnectionChange& change) {
    if (change.state != wanted || is_done.exchange(true)) return;
    if (destroys)
      codex.reset();
    else
      codex->close();
    closed.set_value();
  };
  codex = std::make_shared<face::Codex>(config);
  {
    auto thread = codex->thread_start();
    auto turn = thread.turn("Go.", {.timeout = 120s});
    REQUIRE(gate.wait_reached(60s));
    link.cut();
    CHECK(closed.get_future().wait_for(60s) == std::future_status::ready);
    if (!destroys) CHECK_THROWS_AS((void)turn.run(), codex::TransportClosedError);
  }
}

TEST_CASE("a turn whose record is larger than max_message_bytes survives a cut") {
  MockModel mock;
  Gate gate;
  mock.reply(
      Reply{}.commentary(std::string(300000, 'x')).shell("head -c 200000 /dev/zero | tr '\\0' y"));
  mock.reply(Reply{}.commentary("more").wait_for(gate).text("End."));
  const RuntimeServer server = serve(mock);
  CuttableLink link(server.endpoint());
  Changes changes;
  auto config = through(link, server);
  config.max_message_bytes = 250000;
  config.on_connection = changes.note();
  face::Codex codex(config);
  auto thread = codex.thread_start();
  auto turn = thread.turn("Go.", {.timeout = 60s});
  REQUIRE(gate.wait_reached(60s));
  link.cut();
  REQUIRE(changes.wait_for(ConnectionState::restored));
  gate.open();
  CHECK(turn.run().final_response == "End.");
}

TEST_SUITE_END();
