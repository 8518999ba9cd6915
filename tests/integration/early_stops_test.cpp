// Stops in the first milliseconds of a turn, when the runtime may have answered its start, but does
// not run it yet. A delay only selects another moment: the checks must hold at each.

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <doctest/doctest.h>

#include <codex/async.hpp>
#include <codex/codex.hpp>
#include <codex/testing.hpp>

#include "support/coroutines.hpp"
#include "support/face.hpp"
#include "support/messages.hpp"
#include "support/thread_status.hpp"

using codex::testing::becomes_idle;
using codex::testing::contains;
using codex::testing::Gate;
using codex::testing::MockModel;
using codex::testing::ModelRequest;
using codex::testing::Reply;
using std::chrono::milliseconds;
using namespace std::chrono_literals;
namespace types = codex::protocol;

namespace {

constexpr int longest_delay = 60;
constexpr int threads_at_once = 6;
constexpr std::string_view own_answer = "the next one's own answer";

/// A model that writes a file when the user says "work N", but not before `go`; it answers "next"
/// at once.
struct SlowWriter {
  MockModel mock{{.sandbox_mode = "danger-full-access"}};
  Gate go;

  SlowWriter() {
    mock.on_request([this](const ModelRequest& request) {
      const std::string asked = request.last_user_text();
      if (asked == "next") return Reply(std::string(own_answer));
      if (contains(request.body.dump(), "function_call_output")) return Reply("done");
      const std::string file = (mock.workspace() / asked.substr(asked.rfind(' ') + 1)).string();
      return Reply{}.commentary("A moment.").wait_for(go).shell("touch '" + file + "'");
    });
  }

  [[nodiscard]] std::ptrdiff_t files_written() const {
    const std::filesystem::directory_iterator files(mock.workspace());
    return std::distance(begin(files), end(files));
  }
};

/// What is wrong afterwards; empty if nothing is.
using Problem = std::string;

/// Does it at each delay from 0 to 60 ms, on a few threads at once, and checks that nothing is
/// wrong.
template <class Thread>
void at_each_delay(const std::vector<Thread>& threads,
                   const std::function<Problem(const Thread&, milliseconds)>& act) {
  std::atomic<int> next = 0;
  std::mutex mutex;
  std::map<int, Problem> problems;
  const auto work = [&](const Thread& thread) {
    for (int delay = next++; delay <= longest_delay; delay = next++) {
      Problem problem;
      try {
        problem = act(thread, milliseconds(delay));
      } catch (const std::exception& error) {
        problem = error.what();
      }
      if (problem.empty()) continue;
      const std::lock_guard lock(mutex);
      problems.emplace(delay, problem);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (const Thread& thread : threads) workers.emplace_back(work, std::cref(thread));
  }
  for (const auto& [delay, problem] : problems) CHECK_MESSAGE(false, delay, " ms: ", problem);
}

std::string work(milliseconds delay) { return "work " + std::to_string(delay.count()); }

/// Whether the next turn of the thread is one of its own, with its own answer.
template <class Thread>
Problem next_of(const Thread& thread, const std::string& stopped_id = {}) {
  const codex::TurnResult result = thread.run("next", {.timeout = 90s});
  if (!result.id.empty() && result.id == stopped_id)
    return "the next turn has joined the stopped one";
  if (result.final_response == own_answer) return {};
  return "the next turn is " + std::string(result.status.name()) + " and says " +
         result.final_response.value_or("nothing");
}

/// Whether the thread's history says that the turn ends so.
bool ends(const face::Thread& thread, const std::string& turn_id, types::TurnStatus status) {
  return codex::testing::comes_true([&] {
    std::this_thread::sleep_for(10ms);  // the runtime may be busy
    try {
      for (const auto& turn : thread.read({.include_turns = true}).thread.turns) {
        if (turn.id == turn_id) return turn.status == status;
      }
    } catch (const codex::JsonRpcError&) {  // there is no history yet
    }
    return false;
  });
}

/// What came of a call that must end with an E.
template <class E, class Call>
Problem must_throw(Call call) {
  try {
    call();
  } catch (const E&) {
    return {};
  } catch (const std::exception& error) {
    return std::string("another error: ") + error.what();
  }
  return "no error";
}

Problem first_of(const Problem& one, const Problem& other) { return one.empty() ? other : one; }

/// A client and its threads.
struct Client {
  face::Codex codex;
  std::vector<face::Thread> threads;

  explicit Client(const MockModel& mock, int count = threads_at_once) : codex(mock.config()) {
    for (int i = 0; i < count; ++i) {
      threads.push_back(codex.thread_start({.sandbox = codex::Sandbox::full_access}));
    }
  }

  void at_each_delay(const std::function<Problem(const face::Thread&, milliseconds)>& act) {
    ::at_each_delay<face::Thread>(threads, act);
  }
};

/// Lets the model continue, and checks that none of its actions are run.
void check_that_nothing_goes_on(const SlowWriter& model, Client& client) {
  model.go.open();
  for (const auto& thread : client.threads) CHECK(becomes_idle(client.codex, thread));
  CHECK(model.files_written() == 0);
}

/// Requests a stop after that time.
class StopAfter {
 public:
  explicit StopAfter(milliseconds delay)
      : thread_([this, delay] {
          std::this_thread::sleep_for(delay);
          source_.request_stop();
        }) {}
  [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

 private:
  std::stop_source source_;
  std::jthread thread_;
};

}  // namespace

TEST_CASE("an interrupt in the first milliseconds of a turn ends it") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    auto turn = thread.turn(work(delay));
    std::this_thread::sleep_for(delay);
    turn.interrupt();
    const auto result = turn.run();
    if (result.status != types::TurnStatus::interrupted) return std::string(result.status.name());
    return next_of(thread, turn.id());
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("a turn that is steered, then interrupted, in its first milliseconds is interrupted") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    auto turn = thread.turn(work(delay));
    std::this_thread::sleep_for(delay);
    turn.steer("And " + work(delay));
    turn.interrupt();
    const auto result = turn.run();
    if (result.status != types::TurnStatus::interrupted) return std::string(result.status.name());
    return next_of(thread, turn.id());
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("after an interrupt in the first milliseconds the next turn need not wait for the end") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    auto turn = thread.turn(work(delay));
    std::this_thread::sleep_for(delay);
    turn.interrupt();
    return next_of(thread, turn.id());
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("what is steered into a turn in its first milliseconds reaches the model") {
  MockModel mock;
  std::map<std::string, Gate> steered;
  for (int delay = 0; delay <= longest_delay; ++delay) steered[work(milliseconds(delay))];
  mock.on_request([&steered](const ModelRequest& request) {
    const std::string asked = request.last_user_text();
    const auto gate = steered.find(asked);
    return gate == steered.end() ? Reply(asked) : Reply{}.text("A moment.").wait_for(gate->second);
  });
  Client client(mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    const std::string more = "more than " + work(delay);
    auto turn = thread.turn(work(delay));
    std::this_thread::sleep_for(delay);
    if (turn.steer(more).turn_id != turn.id()) return "another turn was steered";
    steered.at(work(delay)).open();
    return turn.run().final_response == more ? "" : "the model was not told";
  });
}

TEST_CASE("a stop in the first milliseconds of a turn ends it before run throws") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    const StopAfter stop(delay);
    const Problem problem = must_throw<codex::CancelledError>(
        [&] { (void)thread.run(work(delay), {.stop = stop.token()}); });
    return first_of(problem, next_of(thread));
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("a timeout in the first milliseconds of a turn ends it before run throws") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    const Problem problem =
        must_throw<codex::TimeoutError>([&] { (void)thread.run(work(delay), {.timeout = delay}); });
    return first_of(problem, next_of(thread));
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("a stop in the first milliseconds of a turn ends it when its handle is gone") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    std::stop_source stop;
    const std::string id = thread.turn(work(delay), {.stop = stop.get_token()}).id();
    std::this_thread::sleep_for(delay);
    stop.request_stop();
    if (!ends(thread, id, types::TurnStatus::interrupted)) return "the turn goes on";
    return next_of(thread, id);
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("a turn whose handle is gone in its first milliseconds goes on") {
  MockModel mock;
  mock.on_request([](const ModelRequest&) { return Reply("done"); });
  Client client(mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    auto turn = std::make_unique<face::TurnHandle>(thread.turn(work(delay)));
    const std::string id = turn->id();
    std::this_thread::sleep_for(delay);
    turn.reset();
    return ends(thread, id, types::TurnStatus::completed) ? "" : "it does not go on";
  });
}

TEST_CASE("a client that is closed in the first milliseconds of its turns ends them") {
  SlowWriter model;
  Client client(model.mock, 20);
  std::vector<face::TurnHandle> turns;
  for (const auto& thread : client.threads) {  // each a little younger than the last
    turns.push_back(thread.turn("work " + std::to_string(turns.size())));
  }
  client.codex.close();
  for (auto& turn : turns) {
    CHECK(must_throw<codex::TransportClosedError>([&] { (void)turn.run(); }).empty());
  }
  model.go.open();
  const Client next(model.mock, 1);
  CHECK(next_of(next.threads.front()).empty());
  CHECK(model.files_written() == 0);
}

TEST_CASE("a stop in the first milliseconds of a review ends it before run throws") {
  SlowWriter model;
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    const StopAfter stop(delay);
    const types::ReviewTarget target = types::CustomReviewTarget{.instructions = work(delay)};
    const Problem problem = must_throw<codex::CancelledError>(
        [&] { (void)thread.review(target, {.stop = stop.token()}).run(); });
    return first_of(problem, next_of(thread));
  });
  check_that_nothing_goes_on(model, client);
}

TEST_CASE("a stop in the first milliseconds of a goal ends it before run_goal throws") {
  SlowWriter model;
  model.mock.on_request([&model](const ModelRequest& request) {
    if (request.last_user_text() == "next") return Reply(std::string(own_answer));
    return Reply{}.commentary("A moment.").wait_for(model.go).shell("touch unwanted");
  });
  Client client(model.mock);
  client.at_each_delay([&](const face::Thread& thread, milliseconds delay) -> Problem {
    const StopAfter stop(delay);
    const Problem problem = must_throw<codex::CancelledError>(
        [&] { (void)thread.run_goal("Work.", {.stop = stop.token()}); });
    return first_of(problem, next_of(thread));
  });
  check_that_nothing_goes_on(model, client);
}

namespace {

/// The same for the API of coroutines.
struct AsyncClient {
  codex::AsyncCodex codex;
  std::vector<codex::AsyncThread> threads;

  explicit AsyncClient(const MockModel& mock) : codex(mock.config()) {
    codex::ThreadStartOptions options{.sandbox = codex::Sandbox::full_access};
    for (int i = 0; i < threads_at_once; ++i) {
      threads.push_back(codex::sync_wait(codex.thread_start(options)));
    }
  }
};

Problem next_of(const codex::AsyncThread& thread) {
  const auto next = codex::sync_wait(thread.run("next", {.timeout = 90s}));
  return next.final_response == own_answer ? "" : "the next turn is not its own";
}

}  // namespace

TEST_CASE("a task that is stopped in the first milliseconds of its turn ends it" * face::once) {
  SlowWriter model;
  AsyncClient client(model.mock);
  at_each_delay<codex::AsyncThread>(client.threads, [&](const auto& thread, milliseconds delay) {
    const StopAfter stop(delay);
    const Problem problem = must_throw<codex::CancelledError>(
        [&] { (void)codex::sync_wait(thread.run(work(delay)), stop.token()); });
    return first_of(problem, next_of(thread));
  });
  model.go.open();
  codex::sync_wait(client.codex.close());
  CHECK(model.files_written() == 0);
}

TEST_CASE("a start of a turn that is dropped in its first milliseconds leaves none" * face::once) {
  SlowWriter model;
  AsyncClient client(model.mock);
  at_each_delay<codex::AsyncThread>(client.threads, [&](const auto& thread, milliseconds delay) {
    const codex::testing::ManualLoop loop;  // which does nothing: the answer is never taken
    codex::testing::Begun<codex::AsyncTurnHandle> start(thread.turn(work(delay)), loop);
    std::this_thread::sleep_for(delay);
    start.give_up();
    return next_of(thread);
  });
  model.go.open();
  codex::sync_wait(client.codex.close());
  CHECK(model.files_written() == 0);
}
