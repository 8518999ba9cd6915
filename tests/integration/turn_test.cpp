#include <algorithm>
#include <filesystem>
#include <thread>

#include <doctest/doctest.h>

#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/thread_status.hpp"
#include "support/turn_results.hpp"

using codex::testing::at_once;
using codex::testing::await_message;
using codex::testing::error_of;
using codex::testing::Gate;
using codex::testing::messages;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;
namespace types = codex::protocol;
namespace events = codex::protocol::notifications;

TEST_CASE("run gives the model's answer, its items and its token usage") {
  MockModel mock;
  mock.reply(Reply("Hello from the mock.")
                 .usage({.input = 11, .cached = 3, .output = 7, .reasoning = 5, .total = 18}));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start({.model = "mock-model-override"});
  const auto result = thread.run("hello");

  CHECK(result.status == types::TurnStatus::completed);
  CHECK(result.final_response == "Hello from the mock.");
  CHECK(messages(result) == std::vector<std::string>{"Hello from the mock."});
  CHECK(result.items.front().is<types::UserMessageThreadItem>());
  CHECK_FALSE(result.error);
  CHECK(result.started_at);
  CHECK(result.completed_at);
  CHECK(result.duration_ms);
  REQUIRE(result.usage);
  CHECK(result.usage->last == result.usage->total);
  CHECK(result.usage->total.cached_input_tokens == 3);
  CHECK(result.usage->total.input_tokens == 11);
  CHECK(result.usage->total.output_tokens == 7);
  CHECK(result.usage->total.reasoning_output_tokens == 5);
  CHECK(result.usage->total.total_tokens == 18);
  CHECK(mock.last_request().last_user_text() == "hello");
  CHECK(mock.last_request().body.at("model") == "mock-model-override");
}

TEST_CASE("a turn tells its tokens in all and per response, and how full the context is") {
  MockModel mock({.settings = {{"model_context_window", "1000"}}});
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  mock.reply(Reply("one").usage({.input = 100, .output = 5}));
  CHECK(thread.run("first").turn_usage->total_tokens == 105);

  mock.reply(Reply{}.shell("true").usage({.input = 150, .cached = 100, .output = 10}));
  mock.reply(Reply("two").usage({.input = 200, .output = 20, .reasoning = 15}));
  const auto result = thread.run("second");
  REQUIRE(result.turn_usage);
  CHECK(result.turn_usage->total_tokens == 380);
  CHECK(result.turn_usage->input_tokens == 350);
  CHECK(result.turn_usage->cached_input_tokens == 100);
  CHECK(result.turn_usage->output_tokens == 30);
  CHECK(result.turn_usage->reasoning_output_tokens == 15);
  REQUIRE(result.response_usages.size() == 2);
  CHECK(result.response_usages[0].total_tokens == 160);
  CHECK(result.response_usages[1].total_tokens == 220);
  CHECK(result.usage->total.total_tokens == 485);
  REQUIRE(result.context_used());
  CHECK(*result.context_used() ==
        doctest::Approx(220.0 / static_cast<double>(*result.usage->model_context_window)));
  CHECK(*result.context_used() > 0.2);
  CHECK(*result.context_used() < 0.3);
}

TEST_CASE("a turn that fails counts no response twice, and none of an earlier turn") {
  MockModel mock;
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  mock.reply(Reply("one").usage({.input = 100, .output = 5}));
  (void)thread.run("first");
  const auto failed = [&] {
    try {
      (void)thread.run("go");
      FAIL("the turn did not fail");
    } catch (const codex::TurnFailedError& error) {
      return error.result();
    }
    return codex::TurnResult{};
  };
  mock.reply(Reply{}.fail("made_up", "no"));
  const auto silent = failed();
  CHECK_FALSE(silent.turn_usage);
  CHECK(silent.response_usages.empty());
  mock.reply(Reply{}.shell("true").usage({.input = 150, .output = 10}));
  mock.reply(Reply{}.fail("made_up", "no"));
  const auto later = failed();
  REQUIRE(later.turn_usage);
  CHECK(later.turn_usage->total_tokens == 160);
  CHECK(later.response_usages.size() == 1);
}

TEST_CASE("a stream gives the deltas as they come, and ends with turn/completed") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}
                 .commentary("Let me see.")
                 .delta("he", codex::testing::Phase::final_answer)
                 .wait_for(gate)
                 .delta("llo"));
  face::Codex codex(mock.config());
  auto turn = codex.thread_start().turn("stream please");

  std::vector<std::string> deltas;
  std::vector<std::string> methods;
  for (const codex::Notification& event : turn.stream()) {
    CHECK(event.turn_id() == turn.id());
    CHECK(event.thread_id() == turn.thread_id());
    methods.emplace_back(event.method());
    if (const auto delta = event.as<events::ItemAgentMessageDelta>()) {
      deltas.push_back(delta->delta);
      if (delta->delta == "he") gate.open();  // the rest can only come after this was seen
    }
  }
  CHECK(deltas == std::vector<std::string>{"Let me see.", "he", "llo"});
  CHECK(methods.front() == "turn/started");
  CHECK(methods.back() == "turn/completed");

  const auto result = turn.run();  // the result is there for those who streamed, too
  CHECK(result.id == turn.id());
  CHECK(result.final_response == "hello");
  CHECK(messages(result) == std::vector<std::string>{"Let me see.", "hello"});
  const auto* first = result.items.at(1).as<types::AgentMessageThreadItem>();
  REQUIRE(first);
  CHECK(first->phase == types::MessagePhase::commentary);
}

TEST_CASE(
    "run shows each event as it comes, up to the end of the turn, for those who need no handle") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("he").wait_for(gate).delta("llo"));
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  std::string text;
  std::vector<std::string> seen;
  const auto watch = [&](const codex::Notification& event) {
    seen.emplace_back(event.method());
    event.visit(
        [&](const types::AgentMessageDeltaNotification& piece) {
          text += piece.delta;
          gate.open();  // the second piece comes only once the first was shown
        },
        [](const auto&) {});
  };
  const auto result = thread.run("hi", {.on_event = watch});
  CHECK(text == "hello");
  CHECK(result.final_response == "hello");
  REQUIRE(seen.size() > 3);
  CHECK(seen.back() == "turn/completed");
  CHECK(std::ranges::count(seen, "item/completed") >= 2);
}

TEST_CASE("what on_event throws interrupts the turn, and run throws it") {
  struct Enough {};
  MockModel mock;
  Gate never;
  mock.reply(Reply{}.delta("he").wait_for(never));
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  const auto stop_it = [](const codex::Notification& event) {
    if (event.is<events::ItemAgentMessageDelta>()) throw Enough();
  };
  CHECK_THROWS_AS((void)thread.run("hi", {.on_event = stop_it}), Enough);
  mock.reply("Again.");
  CHECK(thread.run("and now?").final_response == "Again.");
}

TEST_CASE("a time limit holds while the events are shown") {
  MockModel mock;
  Gate never;
  mock.reply(Reply{}.delta("he").wait_for(never));
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  const auto look_on = [](const codex::Notification&) {};
  CHECK_THROWS_AS((void)thread.run("hi", {.on_event = look_on, .timeout = 700ms}),
                  codex::TimeoutError);
}

TEST_CASE("commentary is never the final response: the last message without a phase is") {
  MockModel mock;
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();

  mock.reply(Reply{}.commentary("Only thinking."));
  CHECK(thread.run("one").final_response == std::nullopt);

  mock.reply(Reply{}.text("First message").text("Second message"));
  CHECK(thread.run("two").final_response == "Second message");

  mock.reply(Reply{}.text("First message").text(""));
  CHECK(thread.run("three").final_response == "");

  mock.reply(Reply{}.final_answer("The answer").commentary("An afterthought"));
  CHECK(thread.run("four").final_response == "The answer");
}

TEST_CASE("several handles and streams of one turn each see all of it") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
  face::Codex codex(mock.config());
  auto first = codex.thread_start().turn("go");
  auto second = first;
  auto one = first.stream();
  REQUIRE(gate.wait_reached(60s));
  gate.open();
  std::size_t seen_by_one = 0;
  while (one.next()) ++seen_by_one;
  std::size_t seen_by_two = 0;
  for (const auto& event : second.stream()) seen_by_two += event.method().empty() ? 0 : 1;
  CHECK(seen_by_one == seen_by_two);
  CHECK(first.run().final_response == "ab");
  CHECK(second.run().final_response == "ab");
}

TEST_CASE("interrupt ends the turn without an exception, and the thread stays usable") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate).delta("finished"));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto turn = thread.turn("Take your time.");
  REQUIRE(gate.wait_reached(60s));
  turn.interrupt();
  const auto result = turn.run();
  CHECK(result.status == types::TurnStatus::interrupted);
  CHECK_FALSE(result.error);

  mock.reply("after interrupt");
  CHECK(thread.run("again").final_response == "after interrupt");
  CHECK_THROWS_AS(turn.interrupt(), codex::InvalidRequestError);
}

TEST_CASE("steer adds to what the user said while the turn runs") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.text("before steer").wait_for(gate));
  mock.reply("after steer");
  face::Codex codex(mock.config());
  auto turn = codex.thread_start().turn("Start.");
  auto stream = turn.stream();
  // The runtime drops a message that is not complete when it is steered.
  await_message(stream, "before steer");
  CHECK(turn.steer("Shorter, please.").turn_id == turn.id());
  gate.open();
  const auto result = turn.run();
  CHECK(messages(result) == std::vector<std::string>{"before steer", "after steer"});
  CHECK(mock.last_request().last_user_text() == "Shorter, please.");
}

TEST_CASE("a turn that fails throws what the model said, with the result so far") {
  MockModel mock;
  mock.reply(Reply{}.fail("server_error", "boom from mock model"));
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  try {
    (void)thread.run("hello");
    FAIL("the turn did not fail");
  } catch (const codex::TurnFailedError& error) {
    CHECK(std::string(error.what()).find("boom from mock model") != std::string::npos);
    CHECK(error.result().status == types::TurnStatus::failed);
    REQUIRE(error.result().error);
    CHECK(error.result().error->message == error.what());
    CHECK(error.result().items.size() == 1);  // what the user said
  }
  mock.reply("still here");
  CHECK(thread.run("again").final_response == "still here");
}

TEST_CASE("a turn that takes too long is interrupted, and the error carries what was collected") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const codex::testing::ModelRequest& request) {
    if (request.last_user_text() == "again") return Reply("and on");
    return Reply{}.commentary("A start.").delta("never").wait_for(gate);
  });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  std::vector<std::string> collected;
  // As long as the runtime needs to say something.
  for (auto time = 700ms; collected.empty() && time < 20s; time *= 2) {
    const auto begin = std::chrono::steady_clock::now();
    const auto error =
        error_of<codex::TimeoutError>([&] { (void)thread.run("hello", {.timeout = time}); });
    REQUIRE(error);
    CHECK(std::chrono::steady_clock::now() - begin < time + at_once);
    if (!error->collected() || error->collected()->id.empty()) continue;  // it had not even begun
    CHECK(error->collected()->status == types::TurnStatus::interrupted);
    collected = messages(*error->collected());
  }
  CHECK(collected == std::vector<std::string>{"A start."});
  CHECK(thread.run("again").final_response == "and on");
}

TEST_CASE("a runtime that is silent about a turn for too long ends the wait") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  auto turn = codex.thread_start().turn("hello", {.inactivity_timeout = 500ms});
  auto stream = turn.stream();
  CHECK_THROWS_AS(while (stream.next()){}, codex::TimeoutError);
}

TEST_CASE("a stop request interrupts the turn") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("never").wait_for(gate));
  face::Codex codex(mock.config());
  std::stop_source stop;
  auto turn = codex.thread_start().turn("hello", {.stop = stop.get_token()});
  REQUIRE(gate.wait_reached(60s));
  stop.request_stop();
  try {
    (void)turn.run();
    FAIL("the turn was not cancelled");
  } catch (const codex::CancelledError& error) {
    REQUIRE(error.collected());
    CHECK(error.collected()->status == types::TurnStatus::interrupted);
  }
}

TEST_CASE("a turn whose start was given up is ended when it begins all the same") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const codex::testing::ModelRequest&) {
    return Reply{}.delta("unwanted").wait_for(gate);
  });
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  try {
    (void)thread.run("lost", {.timeout = 1ms});
    FAIL("a turn within a millisecond");
  } catch (const codex::TimeoutError& error) {
    CHECK(error.was_sent() == (error.collected() != nullptr));
  }
  CHECK(codex::testing::becomes_idle(codex, thread));
  CHECK(thread.turn("next", {.timeout = 60s}).id() != "");
}

TEST_CASE("a time limit holds for readers that are slower than the events") {
  MockModel mock;
  Gate gate;
  Reply reply;
  for (int i = 0; i < 200; ++i) reply.delta("x");
  mock.reply(reply.wait_for(gate));
  face::Codex codex(mock.config());
  std::stop_source stop;
  auto stream = codex.thread_start().turn("hello", {.stop = stop.get_token()}).stream();
  REQUIRE(stream.next());
  REQUIRE(gate.wait_reached(60s));  // there are events to read, and no end
  stop.request_stop();
  CHECK_THROWS_AS((void)stream.next(), codex::CancelledError);
}

TEST_CASE("a time limit too long to count is none") {
  MockModel mock;
  mock.reply("hi");
  auto config = mock.config();
  config.request_timeout = std::chrono::milliseconds::max();
  config.startup_timeout = std::chrono::milliseconds::max();
  face::Codex codex(std::move(config));
  const auto result =
      codex.thread_start().run("hello", {.timeout = std::chrono::milliseconds::max(),
                                         .inactivity_timeout = std::chrono::milliseconds::max()});
  CHECK(result.final_response == "hi");
}

TEST_CASE("two turns on two threads stream side by side") {
  MockModel mock;
  Gate gate;
  mock.on_request([gate](const codex::testing::ModelRequest& request) {
    const std::string name = request.last_user_text();
    return Reply{}.delta(name + "-").wait_for(gate).delta("done");
  });
  face::Codex codex(mock.config());
  auto one = codex.thread_start().turn("one");
  auto two = codex.thread_start().turn("two");
  REQUIRE(mock.wait_for_requests(2, 60s));
  gate.open();
  CHECK(two.run().final_response == "two-done");
  CHECK(one.run().final_response == "one-done");
}

TEST_CASE("inputs of each kind reach the model") {
  MockModel mock;
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  const std::string pixel =
      "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9Q"
      "DwADhgGAWjR9awAAAABJRU5ErkJggg==";
  mock.reply("seen");
  (void)thread.run({"look", codex::ImageInput{pixel}});
  CHECK(mock.last_request().body.dump().find(pixel) != std::string::npos);
  mock.reply("seen");
  (void)thread.run(codex::TextInput{"only text"});
  CHECK(mock.last_request().last_user_text() == "only text");
}

TEST_CASE("an output schema reaches the model for that turn only") {
  MockModel mock;
  mock.reply("{}");
  mock.reply("plain");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start();
  (void)thread.run("structured", {.output_schema = {{"type", "object"}}});
  CHECK(mock.last_request().body.at("text").at("format").at("schema") ==
        codex::Json{{"type", "object"}});
  (void)thread.run("plain");
  CHECK_FALSE(mock.last_request().body.value("text", codex::Json::object()).contains("format"));
}

TEST_CASE("a request for approval is refused while nobody answers it") {
  MockModel mock({.approval_policy = "on-request", .sandbox_mode = "read-only"});
  const auto file = mock.workspace() / "written";
  mock.reply(Reply{}.id("call_1").shell("touch " + file.string(), {.escalated = true}));
  mock.reply("as you wish");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start({.approval_mode = std::nullopt});
  const auto result = thread.run("write");
  CHECK(result.final_response == "as you wish");
  CHECK_FALSE(std::filesystem::exists(file));
  const types::CommandExecutionThreadItem* command = nullptr;
  for (const auto& item : result.items) {
    if (const auto* found = item.as<types::CommandExecutionThreadItem>()) command = found;
  }
  REQUIRE(command);
  CHECK(command->status == types::CommandExecutionStatus::declined);
}

TEST_CASE("a patch is refused while nobody answers for it") {
  MockModel mock({.approval_policy = "on-request", .sandbox_mode = "read-only"});
  const auto file = mock.workspace() / "patched.txt";
  mock.reply(Reply{}.patch("*** Begin Patch\n*** Add File: " + file.string() +
                           "\n+hello\n*** End Patch\n"));
  mock.reply("as you wish");
  face::Codex codex(mock.config());
  auto thread = codex.thread_start({.approval_mode = std::nullopt});
  CHECK(thread.run("write").final_response == "as you wish");
  CHECK_FALSE(std::filesystem::exists(file));
}
