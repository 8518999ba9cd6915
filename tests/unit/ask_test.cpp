// approvals::or_ask and approvals::Desk: rules first, then a person elsewhere.

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/protocol/mcp_server.hpp>
#include <codex/protocol/session.hpp>

#include "support/approvals.hpp"
#include "support/coroutines.hpp"
#include "support/fake_runtime.hpp"
#include "support/frames.hpp"
#include "support/processes.hpp"
#include "task/operation.hpp"

namespace codex::testing {
namespace {

namespace types = codex::protocol;
using namespace std::chrono_literals;
using approvals::Decision;
using approvals::Desk;
using approvals::PendingApproval;
using approvals::Policy;
using approvals::Request;

constexpr const char* command_method = "item/commandExecution/requestApproval";

const Policy no_rules = [](const Request&) { return std::optional<Decision>(); };

Json command_params(const std::string& item = "i1") {
  return {{"threadId", "t1"}, {"turnId", "u1"},      {"itemId", item},
          {"startedAtMs", 1}, {"command", "ls -la"}, {"cwd", "/"}};
}

Json decision(const char* value) { return {{"decision", value}}; }

Task<Decision> yes(const Request&) { co_return approvals::accept(); }

/// What `policy` answers to one command.
Decision decide(const approvals::AskPolicy& policy, std::stop_token stop = {}) {
  HandlerContext context{.thread_id = "t1"};
  context.stop = std::move(stop);
  return sync_wait(policy(command_request("ls"), context));
}

/// A client of a fake runtime, with these handlers.
template <class Client>
struct Talk {
  explicit Talk(Handlers handlers) : codex(config(std::move(handlers))) {
    if constexpr (std::is_same_v<Client, AsyncCodex>) sync_wait(codex.start());
  }

  CodexConfig config(Handlers handlers) {
    CodexConfig config = runtime.config();
    config.handlers = std::move(handlers);
    config.shutdown_timeout = 20s;
    return config;
  }
  void close() {
    if constexpr (std::is_same_v<Client, AsyncCodex>) {
      sync_wait(codex.close());
    } else {
      codex.close();
    }
  }
  void ask(std::int64_t id) {
    runtime.ask(id, command_method, command_params("i" + std::to_string(id)));
  }
  [[nodiscard]] Json answer_to(std::int64_t id) { return runtime.answer_to(id).at("result"); }

  FakeRuntime runtime;
  Client codex;
};

/// The first question at the desk.
PendingApproval first_at(const Desk& desk) {
  REQUIRE(comes_true([&] { return !desk.pending().empty(); }));
  return desk.pending().front();
}

}  // namespace

TEST_CASE("or_ask asks the rules first, and a person only where they have no opinion") {
  const NoFrameIsLost no_frame_is_lost;
  std::atomic<int> asked = 0;
  const auto policy = approvals::or_ask(
      [](const Request& request) -> std::optional<Decision> {
        if (!request.command) return std::nullopt;
        return request.command->command == "ls" ? approvals::accept() : approvals::decline("no");
      },
      [&](const Request&) -> Task<Decision> {
        ++asked;
        co_return approvals::accept_for_session();
      });
  CHECK(sync_wait(policy(command_request("ls"))) == approvals::accept());
  CHECK(sync_wait(policy(command_request("rm"))) == approvals::decline("no"));
  CHECK(asked == 0);
  CHECK(sync_wait(policy(file_change_request())) == approvals::accept_for_session());
  CHECK(asked == 1);
}

TEST_CASE("or_ask asks about every kind of approval, and the request lives while it asks") {
  const NoFrameIsLost no_frame_is_lost;
  std::string seen;
  const auto policy = approvals::or_ask(no_rules, [&](const Request& request) -> Task<Decision> {
    co_await sleep_for(1ms);
    const void* const params[] = {request.command,     request.file_change, request.permissions,
                                  request.elicitation, request.apply_patch, request.exec_command};
    for (int kind = 0; kind < 6; ++kind) {
      if (params[kind]) seen += std::to_string(kind);
    }
    if (request.command) seen += *request.command->command;
    co_return approvals::accept();
  });
  const auto ask = [&](auto params) {
    auto task = policy(params, HandlerContext{.thread_id = "gone before it is awaited"});
    params = {};
    return sync_wait(std::move(task)) == approvals::accept();
  };
  types::PermissionsRequestApprovalParams permissions{
      .cwd = "/", .item_id = "r", .permissions = {}, .thread_id = "t", .turn_id = "u"};
  CHECK(ask(command_request("ls")));
  CHECK(ask(file_change_request()));
  CHECK(ask(permissions));
  CHECK(ask(elicitation({{"codex_approval_kind", "mcp_tool_call"}, {"tool_name", "danger"}})));
  CHECK(ask(
      types::ApplyPatchApprovalParams{.call_id = "c", .conversation_id = {}, .file_changes = {}}));
  CHECK(ask(types::ExecCommandApprovalParams{
      .call_id = "c", .command = {"ls"}, .conversation_id = {}, .cwd = "/", .parsed_cmd = {}}));
  CHECK(seen == "0ls12345");
}

TEST_CASE("handlers() answers every kind of approval, and nothing else") {
  const NoFrameIsLost no_frame_is_lost;
  const Handlers handlers = approvals::or_ask(no_rules, yes).handlers();
  CHECK(handlers.command_approval);
  CHECK(handlers.file_change_approval);
  CHECK(handlers.permissions_approval);
  CHECK(handlers.elicitation);
  CHECK(handlers.apply_patch_approval);
  CHECK(handlers.exec_command_approval);
  CHECK_FALSE(handlers.user_input);
  CHECK_FALSE(handlers.tool_call);
  CHECK_FALSE(handlers.other);
}

TEST_CASE("or_ask declines at its deadline, stops the coroutine, and ignores a later yes") {
  const NoFrameIsLost no_frame_is_lost;
  std::promise<bool> stopped;
  const auto policy =
      approvals::or_ask(no_rules,
                        [&](const Request& request) -> Task<Decision> {
                          try {
                            co_await sleep_for(1h);
                          } catch (const CancelledError&) {
                            stopped.set_value(request.context.stop.stop_requested());
                          }
                          co_return approvals::accept();
                        },
                        {.deadline = 1ms});
  CHECK(decide(policy) == approvals::decline("Nobody answered in time."));
  auto is_stopped = stopped.get_future();
  REQUIRE(is_stopped.wait_until(soon()) == std::future_status::ready);
  CHECK(is_stopped.get());
}

TEST_CASE("or_ask answers at its deadline although the coroutine does not stop") {
  const NoFrameIsLost no_frame_is_lost;
  codex::detail::Completion<bool> end;
  std::atomic<bool> has_ended = false;
  const auto policy =
      approvals::or_ask(no_rules,
                        [&](const Request& request) -> Task<Decision> {
                          const std::string thread_id = request.context.thread_id;
                          const auto wait = [&](const codex::detail::Completion<bool>& completion,
                                                const std::stop_token&) { end = completion; };
                          codex::detail::OperationTerms<bool> terms{.heeds_context = false};
                          co_await codex::detail::operation<bool>(wait, std::move(terms));
                          has_ended = request.context.thread_id == thread_id;
                          co_return approvals::accept();
                        },
                        {.deadline = 1ms});
  CHECK(decide(policy) == approvals::decline("Nobody answered in time."));
  CHECK_FALSE(has_ended);
  end(true);
  CHECK(comes_true([&] { return has_ended.load(); }));
}

TEST_CASE("or_ask ends when nobody wants the answer any more") {
  const NoFrameIsLost no_frame_is_lost;
  std::stop_source stop;
  std::atomic<bool> was_stopped = false;
  const auto policy = approvals::or_ask(no_rules, [&](const Request&) -> Task<Decision> {
    const std::stop_token token = co_await current_stop();
    const std::stop_callback note(token, [&] { was_stopped = true; });
    stop.request_stop();
    co_await sleep_for(1h);
    co_return approvals::accept();
  });
  CHECK_THROWS_AS((void)decide(policy, stop.get_token()), CancelledError);
  CHECK(comes_true([&] { return was_stopped.load(); }));
}

TEST_CASE("what the coroutine of or_ask throws comes out, before its first wait and after it") {
  const NoFrameIsLost no_frame_is_lost;
  const auto throws = [](bool waits) {
    return approvals::or_ask(no_rules, [waits](const Request&) -> Task<Decision> {
      if (waits) co_await sleep_for(1ms);
      throw std::runtime_error("no line");
    });
  };
  CHECK_THROWS_AS((void)decide(throws(false)), std::runtime_error);
  CHECK_THROWS_AS((void)decide(throws(true)), std::runtime_error);
  const auto not_even_a_task = approvals::or_ask(
      no_rules, [](const Request&) -> Task<Decision> { throw std::runtime_error("no task"); });
  CHECK_THROWS_AS((void)decide(not_even_a_task), std::runtime_error);
}

TEST_CASE_TEMPLATE("a client declines what the coroutine of or_ask throws, and tells the app",
                   Client, Codex, AsyncCodex) {
  const NoFrameIsLost no_frame_is_lost;
  std::promise<HandlerProblem> told;
  Handlers handlers = approvals::or_ask(no_rules, [](const Request&) -> Task<Decision> {
                        co_await sleep_for(1ms);
                        throw std::runtime_error("the chat is down");
                      }).handlers();
  handlers.on_problem = [&](const HandlerProblem& problem) { told.set_value(problem); };
  Talk<Client> talk(std::move(handlers));
  talk.ask(1);
  CHECK(talk.answer_to(1) == decision("decline"));
  auto problem = told.get_future();
  REQUIRE(problem.wait_until(soon()) == std::future_status::ready);
  CHECK(problem.get().message == "the chat is down");
}

TEST_CASE_TEMPLATE("many questions of or_ask wait at once, and hold no thread", Client, Codex,
                   AsyncCodex) {
  const NoFrameIsLost no_frame_is_lost;
  constexpr std::int64_t count = 100;
  Desk desk;
  Talk<Client> talk(approvals::or_ask(no_rules, desk).handlers());
  const auto before = running_threads();
  for (std::int64_t id = 1; id <= count; ++id) talk.ask(id);
  REQUIRE(comes_true([&] { return desk.pending().size() == count; }));
  CHECK(running_threads() <= before + 17);  // the places of handlers, and the SDK's own thread
  for (const auto& asked : desk.pending()) CHECK(asked.answer(approvals::accept()));
  for (std::int64_t id = 1; id <= count; ++id) CHECK(talk.answer_to(id) == decision("accept"));
}

TEST_CASE_TEMPLATE(
    "the end of its turn takes a question off the desk, and so does another's answer", Client,
    Codex, AsyncCodex) {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk;
  Talk<Client> talk(approvals::or_ask(no_rules, desk).handlers());
  talk.ask(1);
  const PendingApproval first = first_at(desk);
  talk.runtime.notify("serverRequest/resolved", {{"threadId", "t1"}, {"requestId", 1}});
  CHECK(comes_true([&] { return desk.pending().empty(); }));
  CHECK_FALSE(first.is_open());
  CHECK_FALSE(desk.answer(first.id(), approvals::accept()));

  talk.ask(2);
  const PendingApproval second = first_at(desk);
  talk.runtime.notify(
      "turn/completed",
      {{"threadId", "t1"},
       {"turn", {{"id", "u1"}, {"items", Json::array()}, {"status", "interrupted"}}}});
  CHECK(talk.answer_to(2) == decision("decline"));
  CHECK(comes_true([&] { return !second.is_open(); }));
  CHECK_FALSE(second.answer(approvals::accept()));
}

TEST_CASE_TEMPLATE("a client that closes ends what waits, and the desk takes questions of the next",
                   Client, Codex, AsyncCodex) {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk;
  for (int run = 0; run < 2; ++run) {
    Talk<Client> talk(approvals::or_ask(no_rules, desk, {.deadline = 1h}).handlers());
    talk.ask(1);
    CHECK(first_at(desk).request().context.thread_id == "t1");
    talk.close();
    CHECK(comes_true([&] { return desk.pending().empty(); }));
  }
}

TEST_CASE_TEMPLATE("closing waits for a coroutine of or_ask that goes on after its deadline",
                   Client, Codex, AsyncCodex) {
  const NoFrameIsLost no_frame_is_lost;
  codex::detail::Completion<bool> end;
  std::atomic<bool> is_waiting = false;
  std::atomic<bool> has_ended = false;
  const auto policy =
      approvals::or_ask(no_rules,
                        [&](const Request&) -> Task<Decision> {
                          const auto wait = [&](const codex::detail::Completion<bool>& completion,
                                                const std::stop_token&) {
                            end = completion;
                            is_waiting = true;
                          };
                          codex::detail::OperationTerms<bool> terms{.heeds_context = false};
                          co_await codex::detail::operation<bool>(wait, std::move(terms));
                          has_ended = true;
                          co_return approvals::accept();
                        },
                        {.deadline = 1ms});
  Talk<Client> talk(policy.handlers());
  talk.ask(1);
  CHECK(talk.answer_to(1) == decision("decline"));
  REQUIRE(comes_true([&] { return is_waiting.load(); }));
  const std::jthread ender([&] {
    std::this_thread::sleep_for(100ms);  // closing that does not wait is done by then
    end(true);
  });
  talk.close();
  CHECK(has_ended);
}

TEST_CASE("a desk lists what waits, oldest first, and takes answers by id, on any thread") {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk;
  Talk<Codex> talk(approvals::or_ask(no_rules, desk).handlers());
  talk.ask(1);
  const std::string first = first_at(desk).id();
  talk.ask(2);
  REQUIRE(comes_true([&] { return desk.pending().size() == 2; }));
  CHECK(desk.pending().front().id() == first);
  const PendingApproval second = desk.pending().back();
  CHECK(second.request().command->item_id == "i2");
  CHECK(second.request().context.turn_id == "u1");
  CHECK(second.asked_at() <= std::chrono::system_clock::now());
  CHECK(second.is_open());
  CHECK(desk.find(second.id())->request().command->item_id == "i2");
  CHECK_FALSE(desk.find("another"));
  CHECK_FALSE(desk.answer("another", approvals::accept()));

  std::thread([&] { CHECK(desk.answer(second.id(), approvals::accept())); }).join();
  CHECK_FALSE(desk.answer(second.id(), approvals::decline()));
  CHECK_FALSE(second.answer(approvals::decline()));
  CHECK_FALSE(second.is_open());
  CHECK(talk.answer_to(2) == decision("accept"));
  CHECK(desk.answer(first, approvals::cancel()));
  CHECK(talk.answer_to(1) == decision("cancel"));
  CHECK(second.request().command->command == "ls -la");  // still there to be shown
}

TEST_CASE("no two desks give the same id, so that an old one answers nothing") {
  const NoFrameIsLost no_frame_is_lost;
  const auto id_of_first = [] {
    Desk desk({.on_question = [](const PendingApproval& asked) {
      asked.answer(approvals::decline(asked.id()));
    }});
    return decide(approvals::or_ask(no_rules, desk)).reason();
  };
  const std::string id = id_of_first();
  CHECK(id.size() > 20);
  CHECK(id != id_of_first());
}

TEST_CASE("a desk declines what is too much, and forgets nothing that waits") {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk({.max_pending = 1});
  const auto policy = approvals::or_ask(no_rules, desk);
  auto first = std::async(std::launch::async, [&] { return decide(policy); });
  const PendingApproval waiting = first_at(desk);
  CHECK(decide(policy) == approvals::decline("Too many requests wait already."));
  CHECK(waiting.answer(approvals::accept()));
  CHECK(first.get() == approvals::accept());
}

TEST_CASE("a desk that ends declines what waits, and what comes later") {
  const NoFrameIsLost no_frame_is_lost;
  auto desk = std::make_unique<Desk>();
  const auto policy = approvals::or_ask(no_rules, *desk);
  auto asked = std::async(std::launch::async, [&] { return decide(policy); });
  const PendingApproval waiting = first_at(*desk);
  desk.reset();
  CHECK(asked.get() == approvals::decline("Nobody answers any more."));
  CHECK_FALSE(waiting.is_open());
  CHECK_FALSE(waiting.answer(approvals::accept()));
  CHECK(decide(policy) == approvals::decline("Nobody answers any more."));
}

TEST_CASE("a question leaves the desk at its deadline") {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk;
  const auto policy = approvals::or_ask(no_rules, desk, {.deadline = 1ms});
  CHECK(decide(policy) == approvals::decline("Nobody answered in time."));
  CHECK(comes_true([&] { return desk.pending().empty(); }));
}

TEST_CASE("what on_question throws comes out, and the question is gone") {
  const NoFrameIsLost no_frame_is_lost;
  Desk desk({.on_question = [](const PendingApproval&) { throw std::runtime_error("no chat"); }});
  CHECK_THROWS_AS((void)decide(approvals::or_ask(no_rules, desk)), std::runtime_error);
  CHECK(desk.pending().empty());
}

TEST_CASE("an answer, a deadline, a stop and the end of the desk at once: one of them counts") {
  const NoFrameIsLost no_frame_is_lost;
  for (int round = 0; round < 200; ++round) {
    auto desk = std::make_unique<Desk>();
    const auto policy = approvals::or_ask(no_rules, *desk, {.deadline = 2ms});
    std::stop_source stop;
    auto asked = std::async(std::launch::async, [&]() -> std::string {
      try {
        return decide(policy, stop.get_token()).kind() == Decision::Kind::accept ? "yes" : "no";
      } catch (const CancelledError&) {
        return "stopped";
      }
    });
    std::vector<PendingApproval> waiting;
    const auto deadline = std::chrono::steady_clock::now() + 2ms;
    while (waiting.empty() && std::chrono::steady_clock::now() < deadline)
      waiting = desk->pending();
    std::thread stopper([&] { stop.request_stop(); });
    std::thread closer([&] { desk.reset(); });
    const bool is_answered = !waiting.empty() && waiting.front().answer(approvals::accept());
    stopper.join();
    closer.join();
    const std::string end = asked.get();
    if (end == "yes") CHECK(is_answered);
  }
}

}  // namespace codex::testing
