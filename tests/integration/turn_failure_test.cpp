// Which failed turns retry_on_overload repeats, on the real runtime.

#include <filesystem>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/face.hpp"

using codex::TurnFailureKind;
using codex::testing::MockModel;
using codex::testing::Reply;
using namespace std::chrono_literals;

namespace {

const codex::RetryOptions quick{.max_attempts = 3, .initial_delay = 1ms};

/// The error of a turn that the model answers so.
codex::TurnFailedError failure_of(MockModel& mock, const face::Thread& thread, const Reply& reply) {
  mock.reply(reply);
  try {
    (void)thread.run("go");
  } catch (const codex::TurnFailedError& error) {
    return error;
  }
  FAIL("the turn did not fail");
  std::abort();
}

struct Expected {
  Reply reply;
  codex::known::TurnFailureKind kind;
  std::optional<int> http_status = {};
  bool may_be_retried = false;
};

std::vector<Expected> failures() {
  using Kind = TurnFailureKind;
  const auto with_code = [](const char* code) { return Reply{}.fail(code, "no"); };
  const auto with_status = [](int status) { return Reply{}.http_error(status, "no"); };
  const auto with_error = [](int status, const char* code) {
    return Reply{}.http_error(status,
                              {{"error", {{"code", code}, {"type", code}, {"message", "no"}}}});
  };
  return {
      {with_code("server_is_overloaded"), Kind::server_overloaded, {}, true},
      {with_error(503, "server_is_overloaded"), Kind::server_overloaded, {}, true},
      {with_code("rate_limit_exceeded"), Kind::rate_limit_exceeded, {}, true},
      {with_code("slow_down"), Kind::rate_limit_exceeded, {}, true},
      {with_status(429), Kind::response_too_many_failed_attempts, 429, true},
      {with_status(503), Kind::http_connection_failed, 503, true},
      {with_status(500), Kind::internal_server_error},
      {with_status(401), Kind::http_connection_failed, 401},
      {with_status(403), Kind::http_connection_failed, 403},
      {with_status(400), Kind::other},
      {with_error(429, "usage_limit_reached"), Kind::usage_limit_exceeded},
      {with_code("insufficient_quota"), Kind::usage_limit_exceeded},
      {with_code("context_length_exceeded"), Kind::context_window_exceeded},
      {with_code("cyber_policy"), Kind::cyber_policy},
      {with_code("made_up"), Kind::other},
      {Reply{}.disconnect(), Kind::other},
  };
}

}  // namespace

TEST_CASE("a failed turn says of which kind its failure is, and whether it may be tried again") {
  int number = 0;
  for (const auto& [reply, kind, http_status, may_be_retried] : failures()) {
    CAPTURE(number);
    ++number;
    MockModel mock;
    face::Codex codex(mock.config());
    const auto error = failure_of(mock, codex.thread_start(), reply);
    CAPTURE(error.what());
    CHECK(error.kind().name() == TurnFailureKind(kind).name());
    CHECK(error.http_status() == http_status);
    CHECK(codex::is_retryable_error(error) == may_be_retried);
  }
}

TEST_CASE("a turn for which the mock has no reply fails at once, and says so") {
  MockModel mock;
  std::string wanted = "MockModel has no queued reply for this request: call reply()";
  SUBCASE("no reply") {}
  SUBCASE("an exception") {
    mock.on_request([](const codex::testing::ModelRequest&) -> Reply {
      throw std::runtime_error("nothing comes to mind");
    });
    wanted = "The on_request() function of MockModel threw: nothing comes to mind";
  }
  face::Codex codex(mock.config());
  try {
    (void)codex.thread_start().run("go");
    FAIL("the turn did not fail");
  } catch (const codex::TurnFailedError& error) {
    CHECK(std::string(error.what()).starts_with(wanted));
    CHECK(error.kind() == TurnFailureKind::other);
    CHECK_FALSE(codex::is_retryable_error(error));
  }
  CHECK(mock.requests().size() == 1);
}

TEST_CASE("retry_on_overload repeats a turn that overload turned away") {
  MockModel mock;
  face::Codex codex(mock.config());
  const auto thread = codex.thread_start();
  mock.reply("before");
  (void)thread.run("first");  // a thread that has a past, and used tokens
  mock.reply(Reply{}.fail("server_is_overloaded", "busy"));
  mock.reply(Reply{}.fail("rate_limit_exceeded", "slow down"));
  mock.reply("done");
  int calls = 0;
  const auto result = codex::retry_on_overload(
      [&] {
        ++calls;
        return thread.run("go");
      },
      quick);
  CHECK(result.final_response == "done");
  CHECK(calls == 3);
}

TEST_CASE("retry_on_overload awaits a turn again that overload turned away") {
  MockModel mock;
  codex::AsyncCodex codex(mock.config());
  const auto thread = codex::sync_wait(codex.thread_start());
  mock.reply(Reply{}.fail("server_is_overloaded", "busy"));
  mock.reply("done");
  const auto result =
      codex::sync_wait(codex::retry_on_overload([&] { return thread.run("go"); }, quick));
  CHECK(result.final_response == "done");
}

TEST_CASE("a turn that ran a command, wrote or said something is never repeated") {
  const auto busy = [](Reply reply) { return reply.fail("server_is_overloaded", "busy"); };
  struct Case {
    const char* what;
    std::vector<Reply> replies;
  };
  const std::vector<Case> cases = {
      {"a command that ended", {Reply{}.shell("sleep .1; touch done"), busy({})}},
      {"a command that left no item", {Reply{}.shell("touch /no/such/folder/x"), busy({})}},
      {"a message", {busy(Reply{}.text("I will do it."))}},
      {"half a message", {busy(Reply{}.delta("I will"))}},
      {"a thought", {busy(Reply{}.reasoning("thinking"))}},
      {"a patch",
       {Reply{}.patch("*** Begin Patch\n*** Add File: new\n+text\n*** End Patch\n"), busy({})}},
      {"a tool that is not there", {Reply{}.tool_call("no_such_tool"), busy({})}},
      {"an answer before another one", {Reply{}.text("a").end_turn(false), busy({})}},
      {"a command of the same answer", {busy(Reply{}.shell("sleep 1; touch done"))}},
  };
  for (const auto& [what, replies] : cases) {
    CAPTURE(what);
    MockModel mock({.model = "gpt-5.5", .sandbox_mode = "danger-full-access"});
    face::Codex codex(mock.config());
    const auto thread = codex.thread_start({.approval_mode = codex::ApprovalMode::deny_all});
    for (const auto& reply : replies) mock.reply(reply);
    int calls = 0;
    try {
      (void)codex::retry_on_overload(
          [&] {
            ++calls;
            return thread.run("go");
          },
          quick);
      FAIL_CHECK("the turn did not fail");
    } catch (const codex::TurnFailedError& error) {
      CHECK(error.kind() == TurnFailureKind::server_overloaded);
    }
    CHECK(calls == 1);
  }
}
