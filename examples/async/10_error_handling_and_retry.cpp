// The errors are the same as in the sync API: catch those that you can do something about.

#include <chrono>
#include <iostream>

#include <codex/async.hpp>

#include "support/model.hpp"

namespace {

using namespace std::chrono_literals;

codex::Task<> run(codex::AsyncCodex& codex) {
  try {
    (void)co_await codex.thread_resume("00000000-0000-0000-0000-000000000000");
  } catch (const codex::InvalidRequestError& error) {
    std::cout << "Refused:  " << error.code() << ", " << codex::printable(error.message()) << '\n';
  }

  auto thread = co_await codex.thread_start();
  try {
    (void)co_await codex::with_timeout(thread.run("Count from 1 to 200."), 500ms);
  } catch (const codex::TimeoutError&) {
    std::cout << "Too late: the turn was interrupted, the thread goes on\n";
  }

  auto attempts =
      codex::retry_on_overload([&] { return thread.run("Summarize how to retry, in 3 bullets."); },
                               {.max_attempts = 3, .initial_delay = 250ms, .max_delay = 2s});
  const auto result = co_await attempts;
  std::cout << "Answer:   " << codex::printable(result.final_response.value_or("(none)")) << '\n';
}

}  // namespace

int main(int argc, char** argv) try {
  const example::Model model(argc, argv);
  codex::AsyncCodex codex(model.config());
  codex::sync_wait(run(codex));
} catch (const codex::ServerBusyError& error) {
  std::cerr << "Busy also after retries, try later: " << codex::printable(error.what()) << '\n';
  return 1;
} catch (const codex::TurnFailedError& error) {
  std::cerr << "The turn failed: " << codex::printable(error.what()) << '\n';
  return 1;
} catch (const codex::TransportClosedError& error) {
  std::cerr << "The runtime is gone: " << codex::printable(error.what()) << '\n';
  return 1;
} catch (const codex::CodexError& error) {
  std::cerr << codex::printable(error.what()) << '\n';
  return 1;
}
