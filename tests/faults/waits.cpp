#include "waits.hpp"

#include <codex/protocol/model.hpp>

namespace codex::testing {
namespace {

using protocol::requests::ModelList;
using std::chrono::milliseconds;

Answer models() { return Answer{}.result({{"data", Json::array()}, {"nextCursor", nullptr}}); }

Answer greeting() { return Answer{}.result({{"userAgent", "scripted/0.169.0"}}); }

Answer thread() { return Answer{}.result({{"thread", {{"id", "t"}}}}); }

Answer rest_of_turn() { return Answer{}.say("Hello.").end_turn(); }

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
