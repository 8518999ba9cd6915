#include "waits.hpp"

#include <codex/protocol/account.hpp>
#include <codex/protocol/model.hpp>
#include <codex/protocol/review.hpp>

namespace codex::testing {
namespace {

using protocol::requests::ModelList;
using std::chrono::milliseconds;

Answer models() { return Answer{}.result({{"data", Json::array()}, {"nextCursor", nullptr}}); }

Answer greeting() { return Answer{}.result({{"userAgent", "scripted/0.169.0"}}); }

Answer thread() { return Answer{}.result({{"thread", {{"id", "t"}}}}); }

Answer rest_of_turn() { return Answer{}.say("Hello.").end_turn(); }

Json goal(const char* status) { return {{"threadId", "$thread"}, {"goal", {{"status", status}}}}; }

TurnHandle begin_turn(Codex& codex) { return codex.thread_start().turn("Hi"); }

}  // namespace

std::vector<Wait> all_waits() {
  using enum WaitsFor;
  return {
      {.name = "start", .waits_for = handshake, .method = "initialize", .rest = greeting()},
      {.name = "request",
       .waits_for = answer,
       .method = "model/list",
       .rest = models(),
       .act = [](Codex& codex,
                 milliseconds timeout) { codex.request<ModelList>({}, {.timeout = timeout}); }},
      {.name = "thread start",
       .waits_for = answer,
       .method = "thread/start",
       .rest = thread(),
       .act = [](Codex& codex,
                 milliseconds timeout) { (void)codex.thread_start({.timeout = timeout}); }},
      {.name = "turn start",
       .waits_for = answer,
       .method = "turn/start",
       .rest = Answer{}.begin_turn(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             (void)codex.thread_start().turn("Hi", {.timeout = timeout});
           }},
      {.name = "turn run",
       .waits_for = events,
       .method = "turn/start",
       .before = Answer{}.begin_turn(),
       .rest = rest_of_turn(),
       .act = [](Codex& codex,
                 milliseconds timeout) { codex.thread_start().run("Hi", {.timeout = timeout}); }},
      {.name = "stream next",
       .waits_for = events,
       .method = "turn/start",
       .before = Answer{}.begin_turn(),
       .rest = rest_of_turn(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             auto turn = codex.thread_start().turn("Hi", {.timeout = timeout});
             auto stream = turn.stream();
             while (stream.next()) {
             }
           }},
      {.name = "stream next, inactivity",
       .waits_for = events,
       .method = "turn/start",
       .before = Answer{}.begin_turn(),
       .rest = rest_of_turn(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             auto turn = codex.thread_start().turn("Hi", {.inactivity_timeout = timeout});
             auto stream = turn.stream();
             while (stream.next()) {
             }
           }},
      {.name = "steer",
       .waits_for = answer,
       .method = "turn/steer",
       .rest = Answer{}.result({{"turnId", "$turn"}}),
       .act = [](Codex& codex,
                 milliseconds timeout) { begin_turn(codex).steer("More.", {.timeout = timeout}); }},
      {.name = "interrupt",
       .waits_for = answer,
       .method = "turn/interrupt",
       .rest = Answer{}.result(),
       .act = [](Codex& codex,
                 milliseconds timeout) { begin_turn(codex).interrupt({.timeout = timeout}); },
       .takes_any_object = true},
      {.name = "review start",
       .waits_for = answer,
       .method = "review/start",
       .rest = Answer{}.begin_turn(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             (void)codex.thread_start().review(protocol::UncommittedChangesReviewTarget{},
                                               {.timeout = timeout});
           }},
      {.name = "review run",
       .waits_for = events,
       .method = "review/start",
       .before = Answer{}.begin_turn(),
       .rest = rest_of_turn(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             codex.thread_start()
                 .review(protocol::UncommittedChangesReviewTarget{}, {.timeout = timeout})
                 .run();
           }},
      {.name = "goal run",
       .waits_for = events,
       .method = "thread/goal/set",
       .before = Answer{}.notify("thread/goal/updated", goal("active")).begin_turn(),
       .rest = rest_of_turn().notify("thread/goal/updated", goal("complete")),
       .act =
           [](Codex& codex, milliseconds timeout) {
             codex.thread_start().run_goal("Win.", {.timeout = timeout});
           }},
      {.name = "login wait",
       .waits_for = events,
       .method = "account/login/start",
       .before = Answer{}.result({{"type", "chatgpt"}, {"loginId", "l"}, {"authUrl", "u"}}),
       .rest = Answer{}.notify("account/login/completed",
                               {{"loginId", "l"}, {"success", true}, {"error", nullptr}}),
       .act = [](Codex& codex, milliseconds timeout) { codex.login_chatgpt().wait(timeout); }},
      {.name = "paging",
       .waits_for = answer,
       .method = "thread/list",
       .rest = models(),
       .act =
           [](Codex& codex, milliseconds timeout) {
             for (const auto& listed : codex.threads({.timeout = timeout})) (void)listed;
           }},
      {.name = "notifications",
       .waits_for = events,
       .method = "last",
       .before = Answer{}.result(),
       .rest = Answer{}.notify("some/event"),
       .act =
           [](Codex& codex, milliseconds timeout) {
             codex.request("last");
             (void)codex.notifications({.timeout = timeout}).next();
           }},
      {.name = "close",
       .waits_for = nothing,
       .method = "last",
       .before = Answer{}.result(),
       .act =
           [](Codex& codex, milliseconds) {
             codex.request("last");
             codex.close();
           }},
  };
}

}  // namespace codex::testing
