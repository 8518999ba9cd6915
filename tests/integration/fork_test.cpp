// A child of fork that uses its parent's client: none of the client's threads exist there, and its
// locks may stay held for ever. The children here end with _exit; their exit code is the result.

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/in_child.hpp"
#include "support/login_port.hpp"

using codex::sync_wait;
using codex::testing::all_well;
using codex::testing::Gate;
using codex::testing::in_child;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;

namespace {

using Calls = std::vector<std::function<void()>>;

/// `all_well` when each call throws TransportClosedError that says why; else which one does not.
int all_refused(const Calls& calls) {
  int number = 1;
  for (const auto& call : calls) {
    try {
      call();
      return number;
    } catch (const codex::TransportClosedError& error) {
      if (std::string(error.what()).find("child of fork") == std::string::npos) return number;
    } catch (...) {
      return number;
    }
    ++number;
  }
  return all_well;
}

}  // namespace

TEST_CASE("every call on the parent's client throws at once in a child of fork") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
  codex::Codex codex(mock.config());
  auto notifications = codex.notifications();
  auto threads = codex.threads();
  auto thread = codex.thread_start();
  auto turn = thread.turn("go");
  auto stream = turn.stream();
  REQUIRE(gate.wait_reached(60s));

  const Calls calls = {
      [&] { (void)codex.account(); },
      [&] { codex.login_api_key("key"); },
      [&] { (void)codex.login_chatgpt(); },
      [&] { (void)codex.login_chatgpt_device_code(); },
      [&] { codex.logout(); },
      [&] { (void)codex.models(); },
      [&] { (void)codex.thread_start(); },
      [&] { codex.thread_resume(thread.id()); },
      [&] { (void)codex.thread_fork(thread.id()); },
      [&] { (void)codex.thread_list(); },
      [&] { (void)codex.threads(); },
      [&] { codex.thread_archive(thread.id()); },
      [&] { codex.thread_unarchive(thread.id()); },
      [&] { (void)codex.notifications(); },
      [&] { codex.request("model/list"); },
      [&] { (void)notifications.next(); },
      [&] { (void)notifications.try_next(); },
      [&] { (void)notifications.dropped(); },
      [&] { (void)threads.next(); },
      [&] { (void)thread.run("x"); },
      [&] { (void)thread.turn("x"); },
      [&] { (void)thread.read(); },
      [&] { thread.set_name("x"); },
      [&] { thread.compact(); },
      [&] { (void)thread.review(codex::protocol::UncommittedChangesReviewTarget{}); },
      [&] { (void)thread.run_goal("x"); },
      [&] { (void)thread.goal("x"); },
      [&] { thread.set_handlers({}); },
      [&] { (void)turn.run(); },
      [&] { turn.steer("x"); },
      [&] { turn.interrupt(); },
      [&] { (void)turn.stream(); },
      [&] { (void)codex::TurnHandle(turn); },
      [&] { (void)stream.next(); },
      [&] { (void)stream.dropped(); },
  };
  CHECK(in_child([&] { return all_refused(calls); }) == all_well);

  gate.open();  // the parent goes on
  CHECK(turn.run().final_response == "ab");
  codex.close();
}

TEST_CASE("every awaited call on the parent's client throws at once in a child of fork") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
  codex::AsyncCodex codex(mock.config());
  auto notifications = sync_wait(codex.notifications());
  auto threads = codex.threads();
  auto thread = sync_wait(codex.thread_start());
  auto turn = sync_wait(thread.turn("go"));
  auto stream = turn.stream();
  auto begun_before = thread.run("x");
  REQUIRE(gate.wait_reached(60s));

  const Calls calls = {
      [&] { sync_wait(codex.start()); },
      [&] { (void)sync_wait(codex.metadata()); },
      [&] { sync_wait(codex.close()); },
      [&] { (void)sync_wait(codex.account()); },
      [&] { sync_wait(codex.login_api_key("key")); },
      [&] { (void)sync_wait(codex.login_chatgpt()); },
      [&] { (void)sync_wait(codex.login_chatgpt_device_code()); },
      [&] { (void)sync_wait(codex.logout()); },
      [&] { (void)sync_wait(codex.models()); },
      [&] { (void)sync_wait(codex.thread_start()); },
      [&] { (void)sync_wait(codex.thread_resume(thread.id())); },
      [&] { (void)sync_wait(codex.thread_fork(thread.id())); },
      [&] { (void)sync_wait(codex.thread_list()); },
      [&] { (void)sync_wait(codex.threads().next()); },
      [&] { (void)sync_wait(codex.thread_archive(thread.id())); },
      [&] { (void)sync_wait(codex.thread_unarchive(thread.id())); },
      [&] { (void)sync_wait(codex.notifications()); },
      [&] { (void)sync_wait(codex.request("model/list")); },
      [&] { (void)sync_wait(notifications.next()); },
      [&] { (void)notifications.try_next(); },
      [&] { (void)sync_wait(threads.next()); },
      [&] { (void)sync_wait(std::move(begun_before)); },
      [&] { (void)sync_wait(thread.run("x")); },
      [&] { (void)sync_wait(thread.turn("x")); },
      [&] { (void)sync_wait(thread.read()); },
      [&] { (void)sync_wait(thread.set_name("x")); },
      [&] { (void)sync_wait(thread.compact()); },
      [&] { (void)sync_wait(thread.goal("x")); },
      [&] { thread.set_handlers({}); },
      [&] { (void)sync_wait(turn.run()); },
      [&] { (void)sync_wait(turn.steer("x")); },
      [&] { (void)sync_wait(turn.interrupt()); },
      [&] { (void)turn.stream(); },
      [&] { (void)sync_wait(stream.next()); },
  };
  CHECK(in_child([&] { return all_refused(calls); }) == all_well);
  gate.open();
  CHECK(sync_wait(turn.run()).final_response == "ab");
}

TEST_CASE("a login of the parent's is not waited for in a child of fork") {
  const codex::testing::LoginPort port;
  MockModel mock({.requires_openai_auth = true});
  codex::Codex codex(mock.config());
  auto login = codex.login_chatgpt();
  const Calls calls = {[&] { (void)login.wait(1h); }, [&] { login.cancel(); }};
  CHECK(in_child([&] { return all_refused(calls); }) == all_well);
  login.cancel();
}

TEST_CASE("what a child of fork destroys of its parent's client harms neither of them") {
  MockModel mock;
  Gate gate;
  mock.reply(Reply{}.delta("a").wait_for(gate).delta("b"));
  std::optional<codex::Codex> codex(mock.config());
  std::optional notifications(codex->notifications());
  std::optional thread(codex->thread_start());
  std::optional turn(thread->turn("go"));
  std::optional stream(turn->stream());
  std::optional<codex::AsyncCodex> async(mock.config());
  std::optional async_thread(sync_wait(async->thread_start()));
  std::optional<codex::TaskScope> scope(std::in_place);
  scope->spawn(codex::sleep_for(1h));
  REQUIRE(gate.wait_reached(60s));

  CHECK(in_child([&] {
          codex->close();
          stream.reset();
          turn.reset();
          thread.reset();
          notifications.reset();
          codex.reset();
          async_thread.reset();
          async.reset();
          scope.reset();
          return all_well;
        }) == all_well);

  gate.open();
  CHECK(turn->run().final_response == "ab");
  CHECK_NOTHROW((void)sync_wait(async->models()));
  scope->request_stop();
  CHECK_THROWS_AS(sync_wait(scope->join()), codex::CancelledError);
}

TEST_CASE("a child of fork that lives on does not keep its parent's runtime from ending") {
  MockModel mock;
  auto config = mock.config();
  config.shutdown_timeout = 1h;  // so that it ends by itself, or too late for this test
  codex::Codex codex(config);
  (void)codex.models();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(200);  // should the test itself be ended
    for (;;) ::pause();
  }
  REQUIRE(child > 0);
  codex.close();
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGKILL);  // it was still alive
}

TEST_CASE("a child of fork is refused whatever its parent's threads were doing") {
  MockModel mock;
  codex::Codex codex(mock.config());
  auto thread = codex.thread_start();
  auto notifications = codex.notifications();
  std::atomic<bool> is_over = false;
  // They hold the locks of the client as often as they can.
  std::vector<std::thread> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back([&] {
      while (!is_over) (void)codex.thread_list();
    });
  }
  busy.emplace_back([&] {
    while (!is_over) thread.set_handlers({});
  });
  const Calls calls = {
      [&] { (void)codex.thread_list(); },
      [&] { thread.set_handlers({}); },
      [&] { (void)notifications.try_next(); },
  };
  for (int i = 0; i < 30; ++i) {
    const int found = in_child([&] {
      const int refused = all_refused(calls);
      codex.close();
      return refused;
    });
    CHECK(found == all_well);
    if (found != all_well) break;
  }
  is_over = true;
  for (auto& one : busy) one.join();
}

TEST_CASE("a child of fork has a client of its own") {
  MockModel mock;
  codex::AsyncCodex parents(mock.config());
  (void)sync_wait(parents.models());
  mock.reply("to the child");
  CHECK(in_child([&] {
          codex::AsyncCodex own(mock.config());
          auto thread = sync_wait(own.thread_start());
          const auto answer = sync_wait(thread.run("hello")).final_response;
          sync_wait(codex::sleep_for(1ms));
          return answer == "to the child" ? all_well : 1;
        }) == all_well);
  mock.reply("to the parent");
  auto thread = sync_wait(parents.thread_start());
  CHECK(sync_wait(thread.run("hello")).final_response == "to the parent");
}

TEST_CASE("a coroutine that calls fork goes on in both processes") {
  MockModel mock;
  codex::AsyncCodex codex(mock.config());
  const auto fork_and_ask = [&]() -> codex::Task<int> {
    (void)co_await codex.models();
    const pid_t child = ::fork();
    if (child != 0) {
      int status = 0;
      ::waitpid(child, &status, 0);
      (void)co_await codex.models();
      co_return WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
    }
    ::alarm(60);  // ends the child should it hang
    int found = 1;
    try {
      (void)co_await codex.models();
    } catch (const codex::TransportClosedError&) {
      found = all_well;
    }
    ::_exit(found);
  };
  CHECK(sync_wait(fork_and_ask()) == all_well);
}

TEST_CASE("the parent's promises and event loops are refused in a child of fork, and left alone") {
  std::optional<codex::Promise<int>> promise(std::in_place);
  std::optional<codex::EventLoop> loop(std::in_place);
  const codex::Executor executor = loop->executor();
  codex::TaskScope scope(executor);
  scope.spawn([](const codex::Promise<int>& its) -> codex::Task<void> {
    (void)co_await its.future();
  }(*promise));
  std::string refusals;
  const auto is_refused = [&](const std::function<void()>& call) {
    try {
      call();
    } catch (const codex::TransportClosedError& error) {
      refusals = error.what();
      return refusals.find("child of fork") != std::string::npos;
    }
    return false;
  };
  CHECK(in_child([&] {
          if (!is_refused([&] { promise->set(1); })) return 1;
          if (refusals.find("This promise") == std::string::npos) return 2;
          if (!is_refused([&] { (void)sync_wait(promise->future()); })) return 3;
          if (!is_refused([&] { loop->post([] {}); })) return 4;
          if (refusals.find("This event loop") == std::string::npos) return 5;
          if (!is_refused([&] { loop->run(); })) return 6;
          if (!is_refused([&] { loop->stop(); })) return 7;
          promise.reset();
          loop.reset();
          return all_well;
        }) == all_well);
  promise->set(1);
  loop->run(scope.join());

  // A function that the loop runs forks: the child's loop ends there.
  pid_t child = -1;
  loop->post([&] { child = ::fork(); });
  loop->post([&] { loop->stop(); });
  const bool has_ended_in_child = is_refused([&] { loop->run(); });
  if (child == 0) ::_exit(has_ended_in_child ? 7 : 8);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK_FALSE(has_ended_in_child);
  CHECK(WEXITSTATUS(status) == 7);
}

TEST_CASE("a wait that a child of fork inherits ends there") {
  MockModel mock;
  codex::AsyncCodex codex(mock.config());
  (void)sync_wait(codex.models());
  std::atomic<pid_t> child = -1;
  const auto fork_within = [&]() -> codex::Task<void> {
    (void)co_await codex.models();
    child = ::fork();
  };
  int found = all_well;
  try {
    (void)sync_wait(codex::when_all(fork_within(), codex::sleep_for(10ms)));
  } catch (const codex::TransportClosedError&) {
    found = 7;
  }
  if (child == 0) ::_exit(found);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(found == all_well);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 7);
}
