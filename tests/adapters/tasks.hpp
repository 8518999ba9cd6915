#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include <codex/async/client.hpp>
#include <codex/async/task.hpp>
#include <codex/testing/scripted_server.hpp>

#include "support/frames.hpp"

/// The tasks that the tests of every adapter run in a loop.
namespace codex::testing {

/// Checks that a test leaves no coroutine of the SDK behind.
class NoFrameLost {
 public:
  NoFrameLost() = default;
  NoFrameLost(const NoFrameLost&) = delete;
  NoFrameLost(NoFrameLost&&) = delete;
  NoFrameLost& operator=(const NoFrameLost&) = delete;
  NoFrameLost& operator=(NoFrameLost&&) = delete;
  ~NoFrameLost() { CHECK(frames_alive() == 0); }
};

/// A server whose turns answer "Hello."
inline ScriptedServer greeting_server() {
  ScriptedServer server;
  server.on("turn/start", Answer{}.turn("Hello."));
  return server;
}

/// The threads on which a coroutine ran, in order.
using Threads = std::vector<std::thread::id>;

/// A turn of a client that the first task starts.
inline Task<std::string> greet(AsyncCodex& codex, Threads& threads) {
  auto start = codex.thread_start();
  const auto thread = co_await start;
  threads.push_back(std::this_thread::get_id());
  auto run = thread.run("Hi");
  const TurnResult result = co_await run;
  threads.push_back(std::this_thread::get_id());
  co_return result.final_response.value_or("(none)");
}

/// Ends when it is stopped.
inline Task<int> wait_for_stop() {
  co_await sleep_for(std::chrono::hours(1));
  co_return 1;
}

inline Task<void> fail_later() {
  co_await sleep_for(std::chrono::milliseconds(1));
  throw std::runtime_error("It failed later");
}

/// The message of an error; "none" if there is none.
inline std::string what(const std::exception_ptr& error) {
  if (!error) return "none";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    return caught.what();
  }
}

inline bool is_cancelled(const std::exception_ptr& error) {
  try {
    if (error) std::rethrow_exception(error);
  } catch (const CancelledError&) {
    return true;
  } catch (...) {  // NOLINT(bugprone-empty-catch)
  }
  return false;
}

}  // namespace codex::testing
