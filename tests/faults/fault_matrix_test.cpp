// Combines every way to wait for the server with every server fault: in memory, as a process, and
// at an endpoint. Each wait must end with the right error, or without one, in bounded time, and
// leave nothing behind.

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>
#include <typeinfo>
#include <utility>

#include <doctest/doctest.h>

#include "faults.hpp"
#include "socket_bridge.hpp"
#include "support/messages.hpp"
#include "support/processes.hpp"
#include "waits.hpp"

namespace codex::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// A wait that should time out need not take long; no other wait may time out on a slow machine.
constexpr milliseconds short_patience = 100ms;
constexpr milliseconds long_patience = 240s;
// Far more than any of them takes, and far below `long_patience`.
constexpr std::chrono::seconds bound{120};
constexpr int threads_at_once = 12;

/// The type of an error whose types matter here.
std::string type_of(const CodexError& error) {
  if (dynamic_cast<const TransportClosedError*>(&error)) return "TransportClosedError";
  if (dynamic_cast<const TimeoutError*>(&error)) return "TimeoutError";
  if (dynamic_cast<const DecodeError*>(&error)) return "DecodeError";
  if (dynamic_cast<const InternalRpcError*>(&error)) return "InternalRpcError";
  if (dynamic_cast<const MessageTooLargeError*>(&error)) return "MessageTooLargeError";
  return typeid(error) == typeid(CodexError) ? "CodexError" : typeid(error).name();
}

/// How a call ends: the name of an error's type, or "success"; and what the error says.
struct Outcome {
  std::string type = "success";
  std::string message;
};

template <class Call>
Outcome outcome_of(Call&& call) {
  try {
    call();
    return {};
  } catch (const CodexError& error) {
    return {type_of(error), error.what()};
  } catch (const std::exception& error) {
    return {"std::exception", error.what()};
  }
}

/// What the fault does to this wait.
Effect effect_on(const Wait& wait, const Fault& fault) {
  if (fault.effect != Effect::stray) return fault.effect;
  return wait.waits_for == WaitsFor::handshake ? Effect::silenced : Effect::broken;
}

/// What a wait must end with, by what it waits for and what the fault does.
std::string expected(const Wait& wait, const Fault& fault) {
  const Effect effect = effect_on(wait, fault);
  if (wait.waits_for == WaitsFor::nothing) return "success";
  if (effect == Effect::none) return "success";
  if (effect == Effect::silenced) return "TimeoutError";
  if (effect == Effect::broken) return "TransportClosedError";
  // The others concern the answer to a request.
  if (wait.waits_for == WaitsFor::events) return "success";
  if (fault.effect == Effect::oversized) return "MessageTooLargeError";
  if (wait.waits_for == WaitsFor::handshake) return "CodexError";
  if (fault.effect == Effect::refused) return "InternalRpcError";
  if (fault.effect == Effect::empty) return "CodexError";
  return fault.effect == Effect::misshapen && wait.takes_any_object ? "success" : "DecodeError";
}

bool concerns_the_answer(const Wait& wait, const Fault& fault) {
  const Effect effect = effect_on(wait, fault);
  return effect != Effect::none && effect != Effect::silenced && effect != Effect::broken;
}

enum class Way { memory, process, socket };

struct Case {
  Wait wait;
  Fault fault;
  Way way;

  [[nodiscard]] std::string name() const {
    const char* const name =
        way == Way::memory ? "memory" : (way == Way::process ? "process" : "socket");
    return wait.name + " x " + fault.name + " (" + name + ")";
  }
};

/// Answers that do not matter to a wait for events come in addition to these, not instead.
Answer scripted_answer(const Wait& wait, const Fault& fault) {
  Answer answer = Answer(wait.before).then(fault.strike(wait.rest));
  if (concerns_the_answer(wait, fault) && wait.waits_for == WaitsFor::events)
    answer.then(wait.rest);
  return answer;
}

/// How a client talks to the server of this case. Only the wait itself may time out.
CodexConfig client_config(const Case& test, ScriptedServer& server,
                          std::optional<SocketBridge>& bridge, milliseconds patience) {
  CodexConfig config = test.way == Way::process ? server.config() : server.memory_config();
  if (test.way == Way::socket) {
    bridge.emplace(std::exchange(config.transport, nullptr));
    config.endpoint = bridge->endpoint();
    config.reconnect.max_attempts = 0;
    config.unhandled = Unhandled::refuse;
  }
  const bool is_handshake = test.wait.waits_for == WaitsFor::handshake;
  config.startup_timeout = is_handshake ? patience : long_patience;
  config.request_timeout = long_patience;
  config.shutdown_timeout = 50ms;
  config.max_message_bytes = longest_message;
  config.event_buffer_bytes = std::size_t{64} * 1024;
  return config;
}

/// Whether the client can still be used after the wait.
bool goes_on(const Case& test) {
  const Effect effect = effect_on(test.wait, test.fault);
  return test.wait.waits_for != WaitsFor::nothing && effect != Effect::silenced &&
         effect != Effect::broken;
}

/// Runs one case; returns the problem, or nothing.
std::string problem_of(const Case& test) {
  const auto begin = codex::detail::Clock::now();
  const milliseconds patience =
      effect_on(test.wait, test.fault) == Effect::silenced ? short_patience : long_patience;
  ScriptedServer server;
  server.on(test.wait.method, scripted_answer(test.wait, test.fault));
  server.on("turn/start", Answer{}.begin_turn());
  server.on("ping", Answer{}.result());
  server.on("thread/read",
            Answer{}.result(
                {{"thread", {{"id", "$thread"}, {"status", {{"type", "idle"}}}, {"path", "/x"}}}}));
  server.on("thread/goal/clear", Answer{}.result());
  {
    std::optional<SocketBridge> bridge;
    std::optional<Codex> codex;
    const Outcome outcome = outcome_of([&] {
      codex.emplace(client_config(test, server, bridge, patience));
      if (test.wait.act) test.wait.act(*codex, patience);
    });
    if (outcome.type != expected(test.wait, test.fault)) {
      return outcome.type + " instead of " + expected(test.wait, test.fault) + ": " +
             outcome.message;
    }
    if (codex && goes_on(test)) {
      const Outcome after = outcome_of([&] { codex->request("ping"); });
      if (after.type != "success") {
        return "afterwards the connection gave " + after.type + ": " + after.message;
      }
    }
  }
  if (codex::detail::Clock::now() - begin > bound) return "it took too long";
  return {};
}

/// Runs the cases concurrently; returns the problems.
std::vector<std::string> problems_of(const std::vector<Case>& cases) {
  std::mutex mutex;
  std::vector<std::string> problems;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t at = next++; at < cases.size(); at = next++) {
      std::string problem = problem_of(cases[at]);
      // Now and then wine starts no process where many start at once, and calls it an internal
      // error.
      if (has_wines_console() && contains(problem, "Cannot start")) problem = problem_of(cases[at]);
      if (problem.empty()) continue;
      const std::lock_guard lock(mutex);
      problems.push_back(cases[at].name() + ": " + problem);
    }
  };
  std::vector<std::thread> workers;
  for (int i = 0; i < threads_at_once; ++i) workers.emplace_back(work);
  for (std::thread& worker : workers) worker.join();
  return problems;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Wait& wait : all_waits()) {
    for (const Fault& fault : all_faults()) {
      cases.push_back({wait, fault, Way::memory});
      const bool can_close = !fault.name.starts_with("closes") || !has_wines_console();
      if (can_close) cases.push_back({wait, fault, Way::process});
      if (!fault.is_of_lines) cases.push_back({wait, fault, Way::socket});
    }
  }
  // What takes longest begins first.
  std::stable_partition(cases.begin(), cases.end(), [](const Case& test) {
    return effect_on(test.wait, test.fault) == Effect::silenced;
  });
  return cases;
}

}  // namespace

TEST_CASE("every wait survives every fault, and nothing is left behind") {
  const auto threads = running_threads();
  const auto descriptors = open_descriptors();
  const std::vector<Case> cases = all_cases();
  const std::vector<std::string> problems = problems_of(cases);
  for (const std::string& problem : problems) FAIL_CHECK(problem);
  std::printf("%zu faults, %zu survived\n", cases.size(), cases.size() - problems.size());

  CHECK(has_no_children());
  CHECK(open_descriptors() == descriptors);
  // The kernel lists a thread for a moment after it was joined.
  const auto deadline = soon();
  while (running_threads() > threads && codex::detail::Clock::now() < deadline) {
    std::this_thread::yield();
  }
  CHECK(running_threads() <= threads);
}

}  // namespace codex::testing
